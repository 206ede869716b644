"""verify: judges a credential file, the one inside a PDF, or a proof URL; needs no account and no server of ours."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from vanbang.adapters.ethereum.profiles import shipped_profiles
from vanbang.adapters.ethereum.witness import RpcWitness
from vanbang.adapters.http.proof_url import is_proof_url, open_proof_url
from vanbang.adapters.pdf import MAX_PDF_BYTES, credential_in, is_pdf
from vanbang.adapters.pdf.signatures import PdfSignature, signature_of
from vanbang.catalog import TYPES, known_types
from vanbang.catalog.common_claims import HOLDER_NAME
from vanbang.cli.claims_view import show_claims
from vanbang.cli.many_options import CsvOption, ManyOption, Order, OrderOption
from vanbang.cli.options import DepthOption, JsonOption, RpcOption
from vanbang.cli.output import EXIT_OF_VERDICT, console, plain, print_json
from vanbang.cli.pdf_words import pdf_facts, say_of_pdf
from vanbang.core.credential import MAX_CREDENTIAL_BYTES
from vanbang.core.encoding import time_text
from vanbang.core.errors import FormatError
from vanbang.core.trust import Trust, read_trust, trusted_registry
from vanbang.core.verification import Outcome, Report, Verdict
from vanbang.core.verification.report import STEP_NAMES
from vanbang.notary.briefs import brief_of
from vanbang.notary.explaining import MEANINGS, NAMELESS, VERDICTS, explain, status_as_of
from vanbang.notary.verifying import verify as judge_with

COLOURS = {Verdict.VALID: "bold green", Verdict.INVALID: "bold red", Verdict.UNDETERMINED: "bold yellow"}
MARKS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.CANNOT_CHECK: "?", Outcome.NOT_APPLICABLE: "–"}


def verify(
    source: Annotated[
        str, typer.Argument(metavar="FILE", help="Tệp, PDF hoặc đường dẫn kiểm tra / file, PDF or proof URL")
    ],
    rpc: RpcOption = None,
    registry: Annotated[
        str | None, typer.Option(help="Sổ gốc, dạng eip155:<id>:<địa chỉ> / the issuer's home registry")
    ] = None,
    public: Annotated[
        list[str] | None, typer.Option(help="Nơi có tệp công khai: địa chỉ hoặc thư mục / mirror of the public files")
    ] = None,
    quorum: Annotated[int | None, typer.Option(min=1, help="Số máy phải đồng ý / endpoints that must agree")] = None,
    depth: DepthOption = None,
    trust_file: Annotated[
        Path | None, typer.Option("--trust", help="Cấu hình tin cậy thay cho các tùy chọn trên / a trust configuration")
    ] = None,
    as_json: JsonOption = False,
    many: ManyOption = False,
    csv_file: CsvOption = None,
    order: OrderOption = Order.BAD,
) -> None:
    """Kiểm tra một văn bằng / verify a diploma. Exit status: 0 VALID, 10 INVALID, 11 UNDETERMINED."""
    trust = chosen_trust(trust_file, rpc or [], registry, public or [], quorum, depth)
    if trust is None:
        raise typer.BadParameter("give --registry and --rpc, or --trust")
    if many:
        from vanbang.cli.verifying_many import check_many  # readers of lists and PDFs, which one file does not need

        raise typer.Exit(check_many(source, trust, csv_file, order, as_json))
    if csv_file or order is not Order.BAD:
        raise typer.BadParameter("--csv and --order go with --many")
    data, signature = read_source(source)
    report = judge_with(data, trust, RpcWitness(), int(time.time()))
    if as_json:
        print_json({**report.to_json(), **({"pdf": pdf_facts(signature)} if signature else {})})
    else:
        show(report, signature)
    raise typer.Exit(EXIT_OF_VERDICT[report.verdict])


def chosen_trust(
    trust_file: Path | None,
    rpc: list[str],
    registry: str | None,
    public: list[str],
    quorum: int | None,
    depth: int | None,
) -> Trust | None:
    """Whom the command line says to believe, or None if it says nothing. Raises FormatError."""
    if trust_file is not None:
        return read_trust(read_file(trust_file))
    if registry is None or not rpc:
        return None
    mirrors = tuple(mirror if mirror.endswith("/") else mirror + "/" for mirror in public)
    home = trusted_registry(registry.lower(), tuple(rpc), quorum, depth)
    shipped = shipped_profiles().get(home.chain_id)
    if depth is None and shipped is not None:
        home = replace(home, depth=shipped.verifier_depth)
    return Trust(home, (), mirrors, types=known_types())


def read_source(source: str) -> tuple[bytes, PdfSignature | None]:
    """A credential file's bytes; if they were inside a PDF, with how that is signed.

    Raises FormatError, ProofUrlUnusable; of a PDF what `credential_in` raises.
    """
    if is_proof_url(source):
        return open_proof_url(source), None
    data = read_file(Path(source))
    return (credential_in(data), signature_of(data)) if is_pdf(data) else (data, None)


def read_file(path: Path) -> bytes:
    """A file's bytes, one more than a credential file, or a PDF, may have at most. Raises FormatError."""
    try:
        with path.open("rb") as stream:
            start = stream.read(MAX_CREDENTIAL_BYTES + 1)
            return start + stream.read(MAX_PDF_BYTES - MAX_CREDENTIAL_BYTES) if is_pdf(start) else start
    except OSError as error:
        hint = " (--many checks all that is in a folder)" if path.is_dir() else ""
        raise FormatError(str(path), f"cannot be read: {error.strerror}{hint}") from error


def show(report: Report, signature: PdfSignature | None = None) -> None:
    """The verdict first, then who and what, then each step; of a PDF also what the verdict is not about."""
    vietnamese, english = VERDICTS[report.verdict]
    console.print(f"[{COLOURS[report.verdict]}]{vietnamese} / {english}[/]")
    _show_why(report)
    if signature is not None:
        say_of_pdf(signature)
    _show_claims(report)
    console.print("Mười bước / the ten steps:")
    for number, (name, step) in enumerate(zip(STEP_NAMES, report.steps, strict=True), 1):
        vietnamese, english = explain(number, step.outcome, step.code)
        _say(f"{MARKS[step.outcome]} {number:>2} {name:<12} {step.outcome.value} ({step.code})")
        console.print(f"     {vietnamese}\n     [dim]{english}[/]")
    for moment in report.as_of:
        asked = ", ".join(f"{endpoint.url} ({endpoint.state})" for endpoint in moment.endpoints)
        when = time_text(moment.block_time) if moment.block_time is not None else "-"
        _say(f"Theo / as of {moment.registry} block {moment.block}, {when}: {asked}")
    if report.status is not None:
        console.print("\n".join(status_as_of(report.status.issued_at, report.checked_at)), markup=False)
    console.print(f"VERDICT: {report.verdict.value}")


def _show_why(report: Report) -> None:
    """Of a verdict that is not VALID the reason and what to make of it, before claims that nobody confirmed."""
    if report.verdict is Verdict.VALID:
        return
    brief = brief_of(report)
    for reason, meaning in zip((brief.reason_vi, brief.reason_en), MEANINGS[report.verdict], strict=True):
        console.print(f"{reason} {meaning}", markup=False)


def _show_claims(report: Report) -> None:
    """Who vouches, once there is an anchor, and the claims; all of it text from outside."""
    if report.names and report.anchor:
        _say(f"Đơn vị cấp / issuer: {report.names[-1].name} ({report.names[-1].code})")
    for endorser in report.endorsers:
        _say(f"Người xác nhận / endorsed by: {endorser.name}, {endorser.title}")
    if report.payload and report.disclosed:
        shown = report.disclosed.claims
        if report.verdict is Verdict.VALID and report.payload.vct in TYPES and HOLDER_NAME.name not in shown:
            console.print("\n".join(NAMELESS), style="bold")
        show_claims(report.payload.vct, shown)


def _say(text: str) -> None:
    console.print(plain(text), markup=False, emoji=False)
