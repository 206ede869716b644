"""All credential files of an institution by one request (`GET /v1/exports/credentials`): given one by one, or saved."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import urlencode

from vanbang.adapters.handing_out.lines import ExportLines
from vanbang.adapters.handing_out.tally import Tally
from vanbang.adapters.handing_out.target import Begun, begun_in, writing
from vanbang.client.calls import get
from vanbang.client.errors import AnswerUnusable, ServerUnreachable, problem_in
from vanbang.client.exchange import Following, Give, Patience, Request
from vanbang.client.following import follow
from vanbang.client.reports import value_of
from vanbang.core.credential import read_credential
from vanbang.core.errors import FormatError
from vanbang.notary.export_items import NOTE, Exported, LeftOut

PATH: Final = "/v1/exports/credentials"
_FILE: Final = b'{"header":'
Chosen = Mapping[str, str | None]
"""The parameters of an export; None does not narrow."""


def files(chosen: Chosen, after: bytes | None, patience: Patience) -> Following:
    """Each credential file, as bytes, and LeftOut for what has none. Raises FormatError: `after` is no such file."""
    return follow(Files(chosen, after, "after"), patience)


def save_lines(chosen: Chosen, path: Path, go_on: bool, patience: Patience) -> Following:
    """Writes a file a line to `path`, behind what is there if it is to go on; gives the counts at the end.

    A break, or a crash, leaves lines to go on with. Raises FormatError: `path` cannot be written, is there and not to
    be gone on with, or is something else.
    """
    if not go_on and path.exists():
        raise FormatError(str(path), "is there already: go_on=True goes on with it, or name another file")
    begun = begun_in(path) if go_on else Begun()
    wanted, shaped = Files(chosen, begun.last or None, str(path)), ExportLines()
    shaped.tally = begun.tally
    with writing(str(path), begun.size, "ndjson") as file:
        yield from follow(_Lines(wanted, shaped, file), patience)
        file.writelines(shaped.end())
    yield Give(shaped.tally)


def save_zip(chosen: Chosen, path: Path, patience: Patience) -> Following:
    """Writes an archive to `path`, which has that name only when it is whole; gives its size. Raises FormatError."""
    with writing(str(path), 0, "zip") as file:
        yield from follow(_Zip(chosen, file), patience)
        size = file.tell()
    yield Give(size)


class Files:
    """The lines of an export: what came of them says where to go on.

    Raises FormatError at `where`: `after` is no file of an export.
    """

    in_lines = True

    def __init__(self, chosen: Chosen, after: bytes | None, where: str) -> None:
        self.is_over = self._counted = False
        self._chosen, self._last = chosen, b""
        self._begin = None if after is None else _place(after, where)
        self._left_out = set[LeftOut]()

    def request(self) -> Request:
        """Everything behind the last whole line that is a file."""
        try:
            begin = _place(self._last, "answer") if self._last else self._begin
        except FormatError:
            raise AnswerUnusable("this is no export: a line that is no credential file") from None
        return _request(self._chosen, "ndjson", begin)

    def take(self, piece: bytes) -> bytes | LeftOut | None:
        """The file, or what is left out and was not told before: behind a break, what follows the last file comes
        anew."""
        if piece.startswith(_FILE):
            self._last = piece
            self._left_out.clear()
            return piece
        left_out = self._noted(piece)
        if left_out is None or left_out in self._left_out:
            return None
        self._left_out.add(left_out)
        return left_out

    def ended(self) -> float:
        """Only behind the counts is it whole. It is heard to its end: until then the next one would be one too many."""
        if not self._counted:
            raise ServerUnreachable("broken", "the export ended without its counts")
        self.is_over = True
        return 0.0

    def _noted(self, line: bytes) -> LeftOut | None:
        told = value_of(line).get("export") if line.startswith(NOTE) else None
        match told:
            case {"left_out": {"batch": str(batch), "reason": str(reason), "records": int(records), **rest}}:
                return LeftOut(batch, str(rest.get("credential", "")), reason, records)
            case {"files": int(), "left_out": int()}:
                self._counted = True
                return None
            case {"problem": problem}:
                raise problem_in(problem)
        raise AnswerUnusable("this is no export: a line that is neither a credential file nor a note")


class _Lines:
    """An export on its way into a file."""

    in_lines = True

    def __init__(self, files: Files, shaped: ExportLines, file: BinaryIO) -> None:
        self._files, self._shaped, self._file = files, shaped, file
        self.request, self.ended = files.request, files.ended

    @property
    def is_over(self) -> bool:
        return self._files.is_over

    def take(self, piece: bytes) -> Tally | None:
        """Writes what is new; the counts so far."""
        item = self._files.take(piece)
        if item is None:
            return None
        self._file.write(self._shaped.put([Exported("", item) if isinstance(item, bytes) else item]))
        return self._shaped.tally


class _Zip:
    """An archive on its way into a file. It has no place to go on at: after a break it comes from its beginning."""

    in_lines = False

    def __init__(self, chosen: Chosen, file: BinaryIO) -> None:
        self.is_over = False
        self._chosen, self._file = chosen, file

    def request(self) -> Request:
        """All of it."""
        self._file.seek(0)
        self._file.truncate()
        return _request(self._chosen, "zip", None)

    def take(self, piece: bytes) -> None:
        """Writes the next bytes."""
        self._file.write(piece)

    def ended(self) -> float:
        """What breaks off has no end in HTTP either."""
        self.is_over = True
        return 0.0


def _request(chosen: Chosen, form: str, after: str | None) -> Request:
    told = {**chosen, "format": form, "after": after}
    return get(f"{PATH}?{urlencode({name: value for name, value in told.items() if value is not None})}")


def _place(file: bytes, where: str) -> str:
    """How the API names a file. Raises FormatError."""
    try:
        proof = read_credential(file).proof
    except FormatError as error:
        raise FormatError(where, "what it is to go on behind is no credential file") from error
    if proof is None:
        raise FormatError(where, "what it is to go on behind has no proof, as every file of an export has")
    return f"{sha256(proof.manifest_bytes).hexdigest()}.{proof.leaf_index}"
