"""publish: everything public as a static tree, which any web server or CDN serves without us."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, Final

import typer

from vanbang.adapters.objects.paths import BucketPlace
from vanbang.bootstrap import object_store, static_tree
from vanbang.cli.bars import Watching
from vanbang.cli.options import HomeOption, JsonOption
from vanbang.cli.output import Exit, console, plain, print_error, print_json
from vanbang.core.errors import FormatError
from vanbang.notary.mirroring import Lacking, Mirrored, lacking, mirror
from vanbang.settings import FILE, home_folder, load
from vanbang.web.static_tree import site_files

KIBI: Final = 1_024
PRIVATE: Final = ("chain", "keys", "uploads")
"""Folders of an installation that nobody may read."""
SHOWN: Final = 5
"""Paths of each kind that people are shown."""


def publish(
    to: Annotated[str, typer.Option("--to", help="Thư mục, hoặc s3://kho/tiền-tố / a folder, or s3://bucket/prefix")],
    site: Annotated[
        str | None,
        typer.Option(help="Địa chỉ mà cây tệp sẽ nằm ở đó, nếu không phải gốc của một trang / the tree's own address"),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Chỉ cho biết còn thiếu gì / only tell what is lacking")
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Đọc lại mọi tệp trong cây, sửa tệp sai / read every file of the tree back, mend it"
        ),
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Chép mọi thứ công khai thành một cây tệp tĩnh / copy everything public into a static tree.

    Any web server or CDN serves it, and diplomas can be checked by it with the service switched off. Killed anywhere,
    the same command goes on; run it after each batch, or now and then.
    """
    settings = load(home_folder(home))
    place = place_of(to, settings.home)
    if site is not None and not site.startswith(("http://", "https://")):
        raise FormatError("--site", f"{site} is not an http or https address")
    if check and dry_run:
        raise FormatError("--check", "it reads every file and puts wrong ones right; --dry-run only lists names")
    source, tree = object_store(settings.objects_at), static_tree(place)
    if dry_run:
        show_lacking(lacking(source, tree), as_json)
        return
    tree.public.check()
    began = perf_counter()
    files = list(site_files(settings.page_trust(), settings.base_url, site.rstrip("/") if site else None))
    with Watching(as_json) as watcher:
        done = mirror(source, tree, files, watcher, check=check)
    show_mirrored(done, str(place), perf_counter() - began, as_json)
    if done.damaged:
        raise typer.Exit(Exit.REFUSED)


def place_of(text: str, home: Path) -> Path | BucketPlace:
    """Where `--to` leads. Raises FormatError: never into a folder from which keys could be served."""
    if "://" in text:
        try:
            return BucketPlace.of(text)
        except ValueError as error:
            raise FormatError("--to", str(error)) from None
    folder = Path(text)
    if home.resolve().is_relative_to(folder.resolve()) or _is_private(folder.resolve()):
        raise FormatError("--to", f"{text} holds an installation, with its keys, and a tree is for everybody to read")
    return folder


def _is_private(folder: Path) -> bool:
    """Whether it is an installation's folder, or is in one of those there that nobody may read."""
    above = next((above for above in (folder, *folder.parents) if (above / FILE).exists()), None)
    return above is not None and folder.relative_to(above).parts[:1] in ((), *((name,) for name in PRIVATE))


def show_lacking(missing: Lacking, as_json: bool) -> None:
    """Tells what would be copied."""
    found: dict[str, Sequence[str]] = {"batches": missing.batches, "status": missing.status, "types": missing.types}
    if as_json:
        print_json({name: list(paths) for name, paths in found.items()})
        return
    words = {"batches": "Đợt cấp / batches", "status": "Trạng thái / status files", "types": "Loại văn bằng / types"}
    for name, paths in found.items():
        console.print(f"{words[name]}: {len(paths)}")
        for path in paths[:SHOWN]:
            console.print(f"  {path}", markup=False)


def show_mirrored(done: Mirrored, place: str, seconds: float, as_json: bool) -> None:
    """Tells what was copied, what was wrong in the tree, and what was damaged and so was not copied."""
    told: dict[str, Any] = {
        "to": place,
        "batches": done.batches,
        "files": done.files,
        "bytes": done.size,
        "site_files": done.site,
        "mended": list(done.mended),
        "seconds": round(seconds, 3),
        "damaged": [{"path": error.path, "detail": str(error)} for error in done.damaged],
    }
    if as_json:
        print_json(told)
        return
    for error in done.damaged:
        print_error(error)
    console.print(f"Cây tệp / tree: {plain(place)}", markup=False)
    console.print(f"Đợt cấp mới / new batches: {done.batches}")
    rate = f", {done.files / seconds:,.0f}/s" if seconds > 1 else ""
    console.print(f"Tệp công khai / public files: {done.files} ({size_text(done.size)}{rate})")
    if done.mended:
        console.print(f"Tệp sai trong cây, đã sửa / wrong files in the tree, put right: {len(done.mended)}")
        for path in done.mended[:SHOWN]:
            console.print(f"  {path}", markup=False)
        if len(done.mended) > SHOWN:
            console.print("  ... (--json: tất cả / all of them)", markup=False)
    console.print(f"Tệp của trang đã thay / files of the site replaced: {done.site}")


def size_text(size: int) -> str:
    """Bytes as people read them."""
    number, units = float(size), ["B", "KiB", "MiB", "GiB", "TiB"]
    while number >= KIBI and len(units) > 1:
        number, units = number / KIBI, units[1:]
    return f"{number:.1f} {units[0]}" if units[0] != "B" else f"{size} B"
