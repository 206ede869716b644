"""extract: what of a credential file can be shown, and a file that shows only what was chosen. Needs nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from vanbang.adapters.durable import sync_folder, write_new
from vanbang.adapters.pdf import MAX_PDF_BYTES, credential_in, is_pdf
from vanbang.catalog import TYPES, known_types
from vanbang.cli.options import JsonOption
from vanbang.cli.output import console, plain, print_json, print_table, two_languages
from vanbang.core.credential import MAX_CREDENTIAL_BYTES, CredentialFile, read_credential
from vanbang.core.errors import FormatError
from vanbang.core.extract import Piece, chosen, pieces
from vanbang.core.extract import extract as extract_from

SHOWN = 80
"""Characters of a value that the table repeats."""

LINKABLE = (
    "Các bản trích của cùng một văn bằng có thể được nhận ra là của một văn bằng.",
    "Extracts of one credential can be recognised as being of the same credential.",
)


def extract(
    path: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Tệp văn bằng hoặc PDF / the credential file, or a PDF with it inside"),
    ],
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep",
            help="Mục được giữ, cách nhau bằng dấu phẩy, dùng nhiều lần được / what stays: xep_loai,mon_hoc[TOAN]",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Tệp ghi ra / the file to write")] = None,
    as_list: Annotated[
        bool, typer.Option("--list", help="Chỉ xem có những mục nào / only say what can be shown")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Trích văn bằng: chỉ cho xem các mục đã chọn / an extract: only what was chosen can be seen in it."""
    file = read_credential(read(path))
    found = in_order(file, pieces(file))
    if as_list:
        show_pieces(file, found, as_json)
        return
    if not keep or out is None:
        raise typer.BadParameter("give --keep and --out, or --list to see what there is")
    made = extract_from(file, chosen(keep, found))
    write(out, made)
    show_extract(out, file, made, as_json)


def read(path: Path) -> bytes:
    """The credential file's bytes, also out of a PDF. Raises FormatError, and of a PDF what `credential_in` raises."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_CREDENTIAL_BYTES + 1)
            return credential_in(data + stream.read(MAX_PDF_BYTES)) if is_pdf(data) else data
    except OSError as error:
        raise FormatError(str(path), f"cannot be read: {error.strerror}") from error


def write(out: Path, made: CredentialFile) -> None:
    """Writes the extract, whole or not at all; never over another file. Raises FormatError."""
    try:
        write_new(out, made.to_bytes(), 0o600)
        sync_folder(out.parent)
    except FileExistsError as error:
        raise FormatError(str(out), "there is such a file already; nothing was written over it") from error
    except OSError as error:
        raise FormatError(str(out), f"cannot be written: {error.strerror}") from error


def show_pieces(file: CredentialFile, found: Sequence[Piece], as_json: bool) -> None:
    """What can be kept, by the name that --keep takes."""
    names = labels(file)
    if as_json:
        print_json({"claims": [_as_json(piece, names) for piece in found]})
        return
    columns = ("--keep", "Mục / what it is", "Nội dung / what it shows")
    print_table("Có thể cho xem / can be shown", columns, [row for piece in found for row in _rows(piece, names)])
    listed = max(found, key=lambda piece: len(piece.pieces), default=None)
    if listed is not None and listed.pieces:
        words = "".join(f"[{word}]" for word in [*_words(listed.pieces[0].value)][:2])
        example = f"{listed.path[0]}[#1],{listed.path[0]}{words}"
        console.print(f"Từng phần tử / single elements: --keep '{plain(example)}'", markup=False)


def show_extract(out: Path, file: CredentialFile, made: CredentialFile, as_json: bool) -> None:
    """What became of it: what is seen, and how much is not."""
    kept = in_order(file, pieces(made))
    left_out = len(file.disclosures) - len(made.disclosures)
    if as_json:
        print_json({"file": str(out), "kept": [piece.path[0] for piece in kept], "left_out": left_out})
        return
    names = labels(file)
    console.print(f"Bản trích / extract: {plain(str(out))}", markup=False)
    columns = ("Cho xem / shown", "Nội dung / what it says")
    print_table("", columns, [(two_languages(*_label(piece, names)), _told(piece)) for piece in kept])
    console.print(f"Giữ kín / withheld: {left_out}")
    console.print(two_languages(*LINKABLE))


def in_order(file: CredentialFile, found: Sequence[Piece]) -> list[Piece]:
    """The claims as their type has them, one that it does not know by name at the end."""
    order = [*labels(file)]
    return sorted(found, key=lambda piece: order.index(str(piece.path[0])) if piece.path[0] in order else len(order))


def labels(file: CredentialFile) -> Mapping[str, tuple[str, str]]:
    """What people call the claims, Vietnamese and English by name; none for a type that this version does not know."""
    kind = TYPES.get(file.payload.vct)
    if kind is None or file.payload.type_digest not in known_types()[kind.vct]:
        return {}
    return {claim.name: (claim.label_vi, claim.label_en) for claim in kind.claims}


def _label(piece: Piece, names: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    name = str(piece.path[0])
    return names.get(name, (name, name))


def _rows(piece: Piece, names: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str | Text, ...]]:
    shown = f"({len(piece.pieces)})" if piece.pieces else _text(piece.value)
    yield str(piece.path[0]), two_languages(*_label(piece, names)), shown
    for place, element in enumerate(piece.pieces, 1):
        yield f"{piece.path[0]}[#{place}]", "", _text(element.value)


def _told(piece: Piece) -> Text:
    """What a claim says, an element a line."""
    return Text("\n").join(Text(plain(_text(each.value))) for each in piece.pieces or (piece,))


def _as_json(piece: Piece, names: Mapping[str, tuple[str, str]], keep: str = "") -> dict[str, Any]:
    own = keep or str(piece.path[0])
    told: dict[str, Any] = {"keep": own, "digest": piece.digest, "value": piece.value}
    if not keep:
        told["label_vi"], told["label_en"] = _label(piece, names)
        told["elements"] = [_as_json(each, names, f"{own}[#{place}]") for place, each in enumerate(piece.pieces, 1)]
    return told


def _text(value: Any) -> str:
    joined = " · ".join(_words(value))
    return joined if len(joined) <= SHOWN else joined[: SHOWN - 1] + "…"


def _words(value: Any) -> Iterator[str]:
    """Every text in a value, in its order."""
    if isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _words(item)
    else:
        yield str(value)
