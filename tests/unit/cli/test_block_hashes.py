"""Block hashes on the command line."""

from pathlib import Path

import pytest

from vanbang.cli.block_hashes import MAX_HASHES, read_block_hashes
from vanbang.core.errors import FormatError

ONE, TWO = "0x" + "1a" * 32, "0x" + "2B" * 32


def unhex(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def test_hashes_and_files_of_them(tmp_path: Path) -> None:
    """Each is a hash, or a file with one a line; comments, empty lines and repetitions are left out."""
    path = tmp_path / "hashes.txt"
    path.write_text(f"# from our own node\n\n  {TWO}\r\n{ONE}\n")
    assert read_block_hashes([ONE, str(path)]) == (unhex(ONE), unhex(TWO))
    assert read_block_hashes([]) == ()


@pytest.mark.parametrize("text", ["0x", ONE[:-1], ONE + "0", ONE.replace("1", "g"), "0X" + "1a" * 32, "", "nowhere"])
def test_what_is_no_hash_is_refused(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a hash nor a file that can be read."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FormatError, match="--block-hash"):
        read_block_hashes([text])


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    """File and line number of what is no hash; a file without any is refused."""
    path = tmp_path / "hashes.txt"
    path.write_text(f"{ONE}\nhello\n")
    with pytest.raises(FormatError, match=r"hashes\.txt:2"):
        read_block_hashes([str(path)])
    path.write_text("# none\n")
    with pytest.raises(FormatError, match="holds no hash"):
        read_block_hashes([str(path)])
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(FormatError, match="neither a hash"):
        read_block_hashes([str(path)])


def test_there_is_an_end_to_them(tmp_path: Path) -> None:
    """More hashes than anybody needs are refused, in a file as well."""
    many = [f"0x{number:064x}" for number in range(MAX_HASHES + 1)]
    with pytest.raises(FormatError, match="more than"):
        read_block_hashes(many)
    path = tmp_path / "hashes.txt"
    path.write_text("\n".join(many))
    with pytest.raises(FormatError, match="more than"):
        read_block_hashes([str(path)])
