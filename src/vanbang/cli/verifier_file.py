"""verifier: the page as one HTML file, for another host or a USB stick; the same as a module for programs."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

import typer

from vanbang.adapters.durable import sync_folder, write_over
from vanbang.adapters.render.single_page import (
    FILE_NAME,
    MODULE_NAME,
    checksum_line,
    module_file,
    module_types,
    portable,
    verifier_file,
)
from vanbang.cli.options import DepthOption, HomeOption, JsonOption, RpcOption
from vanbang.cli.output import console, plain, print_json
from vanbang.cli.verification import chosen_trust
from vanbang.core.encoding import digest_of
from vanbang.core.errors import FormatError
from vanbang.core.trust import Trust
from vanbang.settings import home_folder, load

SOURCES: Final = Path(str(files("vanbang").joinpath("web", "static", "verifier")))
MODE: Final = 0o644
"""What is in the file is for everybody."""

verifier_app = typer.Typer(
    name="verifier", help="Trang kiểm tra / the verifier page.", no_args_is_help=True, add_completion=False
)


@verifier_app.callback()
def _no_options() -> None:
    """Trang kiểm tra thành một tệp / the verifier page as one file."""


@verifier_app.command()
def build(
    output: Annotated[Path, typer.Option("--output", "-o", help="Tệp sẽ ghi / the file to write")] = Path(FILE_NAME),
    trust_file: Annotated[
        Path | None, typer.Option("--trust", help="Cấu hình tin cậy / a trust configuration, docs/format.md section 12")
    ] = None,
    rpc: RpcOption = None,
    registry: Annotated[
        str | None, typer.Option(help="Sổ gốc, dạng eip155:<id>:<địa chỉ> / the issuer's home registry")
    ] = None,
    public: Annotated[
        list[str] | None, typer.Option(help="Nơi có tệp công khai / mirror of the public files; may be repeated")
    ] = None,
    quorum: Annotated[int | None, typer.Option(min=1, help="Số máy phải đồng ý / endpoints that must agree")] = None,
    depth: DepthOption = None,
    site: Annotated[
        str | None, typer.Option(help="Trang mà các liên kết trong tệp dẫn tới / the site its links lead to")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ghi trang kiểm tra thành một tệp HTML, kèm SHA-256 / write the verifier as one HTML file, and its SHA-256.

    Everything is inside: it opens from a disk or a USB stick. Whom it believes comes from --trust, from --registry and
    --rpc, or else from the installation. Everybody who has the file can read its addresses.
    """
    trust = chosen_trust(trust_file, rpc or [], registry, public or [], quorum, depth)
    if trust is None:
        if registry or rpc:
            raise typer.BadParameter("--registry and --rpc go together")
        settings = load(home_folder(home))
        site = site or settings.base_url
        trust = portable(settings.page_trust(), site)
    check_web_addresses(trust)
    if not output.parent.is_dir():
        raise FormatError("--output", f"there is no folder {output.parent}")
    data = verifier_file(SOURCES, trust.to_bytes(), site.rstrip("/") if site else None)
    _write(output, data, f"{output.name}.sha256", checksum_line(data, output.name), as_json)


@verifier_app.command()
def module(
    output: Annotated[Path, typer.Option("--output", "-o", help="Tệp sẽ ghi / the file to write")] = Path(MODULE_NAME),
    as_json: JsonOption = False,
) -> None:
    """Ghi phần kiểm tra thành một mô-đun ES, kèm kiểu / write the verifier as one ES module, and its types.

    For other programs in browsers, node and deno: docs/es-module.md.
    """
    if output.suffix != ".mjs":
        raise FormatError("--output", f"{output.name} does not end in .mjs")
    if not output.parent.is_dir():
        raise FormatError("--output", f"there is no folder {output.parent}")
    _write(output, module_file(SOURCES), f"{output.stem}.d.mts", module_types(SOURCES), as_json)


def _write(output: Path, data: bytes, beside: str, other: bytes, as_json: bool) -> None:
    """Writes a file and one that belongs to it, and tells of the first."""
    # A crash in between leaves a file beside the hash, or the types, of an older one: whoever compares them is told.
    write_over(output, data, MODE)
    write_over(output.with_name(beside), other, MODE)
    sync_folder(output.parent)
    sha256 = digest_of(data).hex()
    if as_json:
        print_json({"file": str(output), "bytes": len(data), "sha256": sha256})
    else:
        console.print(f"Đã ghi / written: {plain(str(output))} ({len(data)} bytes), {plain(beside)}", markup=False)
        console.print(f"SHA-256: {sha256}", markup=False)


def check_web_addresses(trust: Trust) -> None:
    """What a browser can ask: no folder, no relative address. Raises FormatError."""
    endpoints = [url for registry in trust.registries for url in registry.endpoints]
    for where, urls in (("--rpc", endpoints), ("--public", trust.public)):
        for url in urls:
            if not url.startswith(("http://", "https://")):
                raise FormatError(where, f"{url} is not an http or https address, and a browser asks no other")
