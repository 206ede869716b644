"""The demo's 1,200 diplomas on the embedded chain: issuing all of them, verifying each. Their number is fixed."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vanbang.bootstrap import House, free_port, open_house, set_up
from vanbang.cli.bench.measuring import Line, best, line
from vanbang.cli.demo import INSTITUTION, LIST
from vanbang.cli.issuing import accept, batches_of, bring_to_final, credential_of_stored
from vanbang.cli.output import console
from vanbang.cli.setting_up import pause
from vanbang.core.credential import CredentialFile
from vanbang.core.verification import Verdict
from vanbang.notary.registering import register_institution
from vanbang.notary.verifying import EvidenceCache
from vanbang.notary.verifying import verify as verify_file

VERIFY_SECONDS = 250e-6
VERIFY_SIGNED_SECONDS = 350e-6
DEMO_SECONDS = 20.0


def verify(_: int | None) -> Iterator[Line]:
    """The library on 1,200 diplomas of one batch: chain answers, type metadata and status list cached."""
    with issued() as (house, files, _stages):
        now, trust, cache = int(time.time()), house.settings.trust(), EvidenceCache(max_age=3600)
        for what, limit, batch in (
            ("verify without step 8, seconds each", VERIFY_SECONDS, [f.unsigned().to_bytes() for f in files]),
            ("verify with step 8, seconds each", VERIFY_SIGNED_SECONDS, [f.to_bytes() for f in files]),
        ):

            def work(batch: list[bytes] = batch) -> None:
                for data in batch:
                    if verify_file(data, trust, house.witness, now, cache).verdict is not Verdict.VALID:
                        raise AssertionError("a diploma of the demo is not VALID")

            seconds = best(work)
            yield line(what, len(batch), seconds, seconds / len(batch), limit)


def issue(_: int | None) -> Iterator[Line]:
    """The demo's work: set-up, 1,200 diplomas from the list to a final anchor, all exported."""
    start = time.perf_counter()
    with issued() as (_house, files, stages):
        seconds = time.perf_counter() - start
        yield line("demo, list to credential files, seconds", len(files), seconds, seconds, DEMO_SECONDS)
        for stage, spent in stages.items():
            yield line(f"demo, {stage}, seconds", len(files), spent, spent, DEMO_SECONDS)


@contextmanager
def issued() -> Iterator[tuple[House, list[CredentialFile], dict[str, float]]]:
    """A new installation on the embedded chain with the sample list issued; its files, and each stage's seconds."""
    console.quiet = True
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        set_up(home, (), None, f"http://127.0.0.1:{free_port(8000)}", pause)
        with open_house(home) as house:
            yield house, *issue_sample(house)


def issue_sample(house: House) -> tuple[list[CredentialFile], dict[str, float]]:
    """The sample list issued in an installation without institutions; its files, and each stage's seconds."""
    register_institution(house.store, house.ledger, house.keys, INSTITUTION, pause)
    upload, _ = accept(house, LIST, INSTITUTION, "vn-diploma", accept_valid=False, quiet=True)
    if upload.state != "ACCEPTED":
        raise AssertionError("the sample list was refused")
    (batch,) = batches_of(house, upload)
    batch, stages = bring_to_final(house, batch, quiet=True)
    return [credential_of_stored(house, record) for record in house.store.records(batch.id)], stages
