"""docs/format.md: its worked example runs, gives what the code gives, and its tables have the code's values."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from format_page import PAGE, limits, reserved_names, section
from vanbang.core import (
    batch,
    credential,
    disclosure,
    encoding,
    endorsement,
    payload,
    status,
    strict_json,
    type_metadata,
)
from vanbang.core.batch import anchor_key, read_manifest
from vanbang.core.disclosure import RESERVED_NAMES, commit, disclosure_digest
from vanbang.core.eip712 import endorsement_digest
from vanbang.core.merkle import check_inclusion, leaf_hash
from vanbang.core.payload import issuer_id, read_payload
from vanbang.core.record_keys import RecordKeys, path_of
from vanbang.core.registry import dossier_call, key_call
from vanbang.core.type_metadata import read_type_metadata

END = "end of output 4fda"


def _transcript() -> Iterator[tuple[str, str]]:
    """Command and output of each `$` in the section's sh blocks."""
    for fenced in re.findall(r"^```sh\n(.*?)^```$", section(18), flags=re.M | re.S):
        for entry in re.split(r"^\$ ", fenced, flags=re.M)[1:]:
            lines = entry.splitlines()
            rest = next((i for i, line in enumerate(lines[1:], 1) if not line.startswith("> ")), len(lines))
            yield "\n".join([lines[0], *(line[2:] for line in lines[1:rest])]), "\n".join(lines[rest:])


@lru_cache(maxsize=1)
def _example() -> dict[str, str]:
    """Output by command, as the page has it."""
    return dict(_transcript())


def _output(beginning: str) -> str:
    return next(output for command, output in _example().items() if command.startswith(beginning))


@pytest.mark.slow
def test_every_command_gives_the_output_shown(tmp_path: Path) -> None:
    """One bash in an empty directory runs them in order; the files it leaves are read by the code."""
    commands = list(_transcript())
    script = "".join(f"{command}\necho {END}\n" for command, _ in commands)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash"], input=script, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    outputs = done.stdout.split(f"{END}\n")[:-1]
    assert done.stderr == ""
    assert [output.rstrip("\n") for output in outputs] == [output for _, output in commands]
    _compare_files(tmp_path)


def _compare_files(folder: Path) -> None:
    data, manifest_bytes = (folder / "payload.json").read_bytes(), (folder / "manifest.json").read_bytes()
    metadata = (folder / "type.json").read_bytes()
    read, manifest = read_payload(data), read_manifest(manifest_bytes)
    assert read.to_bytes() == data
    assert read.type_digest == sha256(metadata).digest()
    assert read_type_metadata(metadata).digests == len(read.digests)
    assert read.digests == commit({"xep_loai": "Giỏi"}, RecordKeys.of(bytes(range(32))), 2)[1]
    path = [bytes.fromhex(word) for word in _output("echo path:").split("\n")[0].split()[1:]]
    check_inclusion(leaf_hash(data), 0, manifest.tree_size, path, manifest.root)
    assert dossier_call(anchor_key(manifest_bytes)) == _output("printf '0x")
    endorsed = endorsement_digest(issuer_id(manifest.issuer), manifest.root, manifest.tree_size, manifest.vct)
    assert endorsed.hex() == _output(r"{ printf '\31\1'")


def test_the_example_has_the_values_of_the_code() -> None:
    """Keys, salt, disclosure, digest and share."""
    keys = RecordKeys.of(bytes(range(32)))
    assert _output("echo ${keys") == f"{keys.encryption.hex()}\n{keys.salt.hex()}"
    assert _output("salt=") == keys.salts([path_of("xep_loai")])[0]
    assert _output("decoy=") == keys.decoys(1)[0]
    texts, digests = commit({"xep_loai": "Giỏi"}, keys, 1)
    assert [_output("disclosure=")] == texts
    assert [_output("digest=")] == digests == [disclosure_digest(texts[0])]
    assert _output("issuer=") == issuer_id("https://songhong.edu.vn").hex()
    shared = bytes.fromhex(_output("python3 -c"))
    assert AESGCM(bytes(range(32))).decrypt(shared[:12], shared[12:], b"A" * 22) == b"{}"


def _numbers(text: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text.replace("UTF-8", ""))]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("credential file", [credential.MAX_CREDENTIAL_BYTES]),
        ("payload", [payload.MAX_PAYLOAD_BYTES]),
        ("digests in `_sd`", [1, payload.MAX_DIGESTS]),
        ("disclosures in a file", [credential.MAX_DISCLOSURES]),
        ("one disclosure (its base64url text)", [disclosure.MAX_DISCLOSURE_CHARACTERS]),
        ("batch manifest", [batch.MAX_MANIFEST_BYTES]),
        ("keys in `jwks`", [1, batch.MAX_KEYS]),
        ("path", [credential.MAX_PATH]),
        ("endorsements file", [endorsement.MAX_ENDORSEMENTS_BYTES, 1, endorsement.MAX_ENDORSEMENTS]),
        ("type metadata", [type_metadata.MAX_METADATA_BYTES]),
        ("status manifest", [status.MAX_STATUS_MANIFEST_BYTES]),
        ("status list file", [status.MAX_STATUS_LIST_BYTES, status.LIST_BYTES, payload.LIST_ENTRIES, 2]),
        ("nesting of JSON", [strict_json.MAX_DEPTH]),
        ("`iss`, `vct`, `uri`", [1, payload.MAX_NAME_BYTES]),
    ],
)
def test_the_limits_of_the_page_are_the_codes(name: str, values: list[int]) -> None:
    """Each row of the table in section 1 that has a number of its own."""
    why = next(line.split("|")[3] for line in section(1).splitlines() if line.startswith(f"| {name} |"))
    entries = _numbers(why) if name == "status list file" else []
    assert _numbers(limits()[name]) + entries == values


def test_no_limit_of_the_page_is_left_out() -> None:
    """The rows tested are all there are."""
    tested: list[Any] = next(mark.args[1] for mark in test_the_limits_of_the_page_are_the_codes.pytestmark)  # type: ignore[attr-defined]
    assert set(limits()) == {name for name, _ in tested}


def test_the_names_and_selectors_of_the_page_are_the_codes() -> None:
    """Reserved claim names, the largest integer, and the two calls of section 11."""
    assert reserved_names() == RESERVED_NAMES
    assert str(encoding.MAX_INTEGER) in section(2)
    selectors = dict(re.findall(r"^\| `(\w+)\(.*?\)` \| `(0x[0-9a-f]{8})` \|", section(11), flags=re.M))
    calls = {
        "dossierOf": dossier_call(batch.AnchorKey(*[encoding.Digest(bytes(32))] * 2, 1, encoding.Digest(bytes(32))))
    }
    calls["keyOf"] = key_call(bytes(32), bytes(20))
    assert selectors == {name: data[:10] for name, data in calls.items()}


def test_nothing_on_the_page_waits_to_be_filled_in() -> None:
    """No place-holder is left."""
    assert "@@" not in PAGE.read_text(encoding="utf-8")
