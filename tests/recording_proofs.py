"""Records headers and state proofs as a real node (anvil) gives them, for tests that then need no node.

Run by hand when the recording should hold more:
PYTHONPATH=tests:tests/integration:tests/integration/contract .venv/bin/python tests/recording_proofs.py
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chains import Chain, chain_at, deploy, running_anvil
from stage import SCHOOL, Stage, digest, entry, set_up

from vanbang.adapters.ethereum.storage_layout import variable

RECORDED = Path(__file__).parent / "unit/adapters/ethereum/state_proofs/recorded.json"
HARDFORKS = ("istanbul", "london", "shanghai", "cancun", "prague", "osaka")


def recorded() -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        log = Path(folder) / "anvil.log"
        headers = {}
        for fork in HARDFORKS:
            with running_anvil(log, "--hardfork", fork) as url:
                chain = chain_at(url, legacy=fork == "istanbul")
                deploy(chain)
                headers[fork] = header(chain)
        with running_anvil(log) as url:
            return {"headers": headers, **proofs(set_up(deploy(chain_at(url))))}


def proofs(stage: Stage) -> dict[str, Any]:
    """Of two registries with the same code at one block: what is stored, and what is not, of the first."""
    for batch in range(40):
        stage.anchor(stage.group(entry(str(batch))))
    stage.send(stage.relayer, "setStatusRootBySignature", *stage.status(digest("list"), 1))
    stage.send(stage.relayer, "revokeBatchBySignature", *stage.revocation(entry("1").root))
    other = deploy(stage.chain)
    keys = variable("_keys").of(SCHOOL)
    record, revocations = variable("_issuers").of(SCHOOL), variable("_revocations").of(SCHOOL)
    places = {
        "owner": variable("owner"),
        "no pending owner": variable("pendingOwner"),
        "head": record.member("head"),
        "no parent of nobody": variable("_issuers").of(digest("nobody")).member("parent"),
        "key": keys.of(bytes.fromhex(stage.anchor_key.address[2:])),
        **{f"no key {n}": keys.of(n.to_bytes(20, "big")) for n in range(1, 5)},
        "revocation": revocations.of(entry("1").root),
        "no revocation": revocations.of(entry("2").root),
        "status root": variable("_statusRoots").of(SCHOOL),
    }
    slots = [f"0x{place.slot:064x}" for place in places.values()]
    block = header(stage.chain)
    return {
        "block": block,
        "registry": stage.deployment.address,
        "other_registry": other.address,
        "slots": list(places),
        "answer": stage.chain.rpc("eth_getProof", stage.deployment.address, slots, block["number"]),
        "other_answer": stage.chain.rpc("eth_getProof", other.address, slots, block["number"]),
    }


def header(chain: Chain) -> Any:
    return chain.rpc("eth_getBlockByNumber", "latest", False)


if __name__ == "__main__":
    RECORDED.write_text(json.dumps(recorded(), indent=1) + "\n", encoding="utf-8")
