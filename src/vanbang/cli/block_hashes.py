"""Block hashes that an auditor has from elsewhere: on the command line, or a file of them."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from vanbang.core.errors import FormatError

MAX_HASHES: Final = 64
"""Each is looked up on the chain; the newest is the one that counts."""
_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}\Z")

StateProofsOption = Annotated[
    bool,
    typer.Option(
        "--state-proofs", help="Kiểm trạng thái bằng chứng minh Merkle / check the registry's state by Merkle proofs"
    ),
]
BlockHashOption = Annotated[
    list[str] | None,
    typer.Option(
        "--block-hash",
        metavar="HASH|FILE",
        help="Mã khối có từ nơi khác, hoặc tệp chứa các mã ấy, dùng nhiều lần được "
        "/ a block's hash that you have from elsewhere, or a file of them; may be repeated",
    ),
]


def read_block_hashes(given: Sequence[str]) -> tuple[bytes, ...]:
    """Hashes (32 bytes), each given as `0x` and 64 hex digits, or in a file, one a line; lines with # are skipped.

    Raises FormatError naming option, file and line.
    """
    found: list[bytes] = []
    for text in given:
        found += [_hash(text, "--block-hash")] if text.startswith("0x") else _in_file(Path(text))
    if len(found) > MAX_HASHES:
        raise FormatError("--block-hash", f"more than {MAX_HASHES} hashes; the newest alone is enough")
    return tuple(dict.fromkeys(found))


def _in_file(path: Path) -> list[bytes]:
    try:
        with path.open(encoding="utf-8") as stream:
            text = stream.read(1_000 * MAX_HASHES)
    except (OSError, ValueError) as error:
        raise FormatError(
            f"--block-hash {path}", f"neither a hash (0x and 64 hex digits) nor a file: {error}"
        ) from None
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    found = [_hash(line, f"{path}:{number}") for number, line in lines if line and not line.startswith("#")]
    if not found:
        raise FormatError(f"--block-hash {path}", "holds no hash")
    return found


def _hash(text: str, where: str) -> bytes:
    if not _HASH.match(text):
        raise FormatError(where, "not a block hash: 0x and 64 hex digits")
    return bytes.fromhex(text[2:])
