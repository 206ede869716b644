"""Where a diploma comes from: its bytes, a file, a PDF, a proof URL."""

from pathlib import Path
from typing import Final, TypeAlias

from vanbang.core.credential import MAX_CREDENTIAL_BYTES
from vanbang.core.errors import FormatError

Source: TypeAlias = bytes | Path | str
"""Bytes are a credential file or PDF; a Path names one; a str is a proof URL, or a path."""
_MOST: Final = 52_428_801
"""One byte more than a PDF may have."""


def contents(source: Source) -> bytes:
    """The bytes of the credential file, taken out of its PDF, or fetched and decrypted here.

    Raises FormatError (no such file), ProofUrlUnusable, and the errors pdf_* of a PDF.
    """
    # These need an HTTP client and a PDF's reader, and most callers only one of them.
    from vanbang.adapters.http.proof_url import is_proof_url, open_proof_url
    from vanbang.adapters.pdf.reading import credential_in, is_pdf

    if isinstance(source, str) and is_proof_url(source):
        return open_proof_url(source)
    data = source if isinstance(source, bytes) else _read(Path(source))
    return credential_in(data) if is_pdf(data) else data


def line_of(data: bytes) -> bytes:
    """A credential file as a line: bytes that no credential file has (a newline) become spaces, which none has either.

    What is over the limit is cut one byte behind it. The verdict is that of the file as it was: INVALID.
    """
    return data[: MAX_CREDENTIAL_BYTES + 1].replace(b"\n", b" ").replace(b"\r", b" ")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST)
    except OSError as error:
        raise FormatError(str(path), f"cannot be read: {error.strerror}") from error
