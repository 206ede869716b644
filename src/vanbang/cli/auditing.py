"""audit: everything that was ever anchored, from the chain and the published files. monitor: the same, again and again.

Neither needs an account, a key or an installation; with `--database` an installation's own is compared as well.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from vanbang.adapters.ethereum.chronicle import RpcChronicle
from vanbang.adapters.ethereum.proven_chronicle import ProvenChronicle
from vanbang.adapters.http.published import MirrorFiles
from vanbang.adapters.notebook import SqliteNotebook
from vanbang.adapters.render.audit_page import audit_page
from vanbang.bootstrap import open_house
from vanbang.cli.block_hashes import BlockHashOption, StateProofsOption, read_block_hashes
from vanbang.cli.options import DepthOption, HomeOption, JsonOption, RpcOption
from vanbang.cli.output import Exit, console, errors, plain, print_error, print_json, print_table
from vanbang.cli.verification import chosen_trust
from vanbang.core.encoding import time_text
from vanbang.core.errors import FormatError
from vanbang.core.trust import Trust, shown_url
from vanbang.notary.auditing.auditing import Asked, Audit
from vanbang.notary.auditing.database import DatabaseCheck
from vanbang.notary.auditing.findings import WORDS, Finding, Weight
from vanbang.notary.auditing.report import AuditReport, Basis, Holding
from vanbang.ports import LedgerUnsure, Store
from vanbang.ports.chronicle import Chronicle
from vanbang.settings import home_folder

EXITS = {Holding.HOLDS: Exit.OK, Holding.WRONG: Exit.REFUSED, Holding.UNCHECKED: Exit.UNDETERMINED}
"""0 only when all of it holds; 1: something is wrong; 11: something could not be checked."""
VERDICTS = {
    Holding.HOLDS: ("bold green", "MỌI THỨ KHỚP", "ALL HOLDS"),
    Holding.WRONG: ("bold red", "CÓ SAI LỆCH", "SOMETHING IS WRONG"),
    Holding.UNCHECKED: ("bold yellow", "CHƯA KIỂM HẾT ĐƯỢC", "NOT ALL COULD BE CHECKED"),
}
WEIGHTS = {
    Weight.WRONG: "sai / wrong",
    Weight.MISSING: "thiếu / missing",
    Weight.UNCHECKED: "chưa kiểm / unchecked",
    Weight.NOTE: "lưu ý / note",
}
STYLES = {Weight.WRONG: "red", Weight.MISSING: "yellow", Weight.UNCHECKED: "yellow", Weight.NOTE: "dim"}
SHOWN = 50
"""Findings on a terminal; --json and --html have them all."""

RegistryOption = Annotated[str | None, typer.Option(help="Sổ, dạng eip155:<id>:<địa chỉ> / the registry")]
PublicOption = Annotated[
    list[str] | None, typer.Option(help="Nơi có tệp công khai: địa chỉ hoặc thư mục / mirror of the public files")
]
QuorumOption = Annotated[int | None, typer.Option(min=1, help="Số máy phải đồng ý / endpoints that must agree")]
TrustOption = Annotated[
    Path | None, typer.Option("--trust", help="Cấu hình tin cậy thay cho các tùy chọn trên / a trust configuration")
]
StateOption = Annotated[
    Path | None, typer.Option("--state", help="Tệp ghi nhớ điều đã kiểm, để lần sau đi tiếp / notes to go on from")
]
HtmlOption = Annotated[Path | None, typer.Option("--html", help="Ghi báo cáo dạng trang / write the report as a page")]
DatabaseOption = Annotated[
    bool, typer.Option("--database", help="So cả cơ sở dữ liệu của bản cài đặt / compare the installation's database")
]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is audited, and how: whom to believe, where notes are kept (None: nowhere), an installation's database.

    `proofs` None: no state proofs; else the block hashes from elsewhere, perhaps none. `with_records`: every record of
    the database is rebuilt as well.
    """

    trust: Trust
    state: Path | None
    store: Store | None
    proofs: Sequence[bytes] | None
    with_records: bool = True

    @property
    def basis(self) -> Basis:
        """What vouches for the registry's state."""
        if self.proofs is None:
            return Basis.QUORUM
        return Basis.PROVEN_FROM_GIVEN_HASH if self.proofs else Basis.PROVEN


def audit(
    rpc: RpcOption = None,
    registry: RegistryOption = None,
    public: PublicOption = None,
    quorum: QuorumOption = None,
    depth: DepthOption = None,
    trust_file: TrustOption = None,
    state: StateOption = None,
    html: HtmlOption = None,
    with_database: DatabaseOption = False,
    state_proofs: StateProofsOption = False,
    block_hash: BlockHashOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Kiểm toán mọi điều đã neo / audit all that was anchored. Exit status: 0 holds, 1 wrong, 11 not all checked."""
    trust = believed(trust_file, rpc or [], registry, public or [], quorum, depth)
    with subject(trust, state, home, proofs_asked(state_proofs, block_hash), with_database=with_database) as chosen:
        try:
            report, _ = audited(chosen, quiet=as_json)
        except LedgerUnsure as error:
            print_error(error)
            raise typer.Exit(Exit.UNDETERMINED) from error
    # The page last: a disk that is full takes nothing away from what was found.
    if as_json:
        print_json(report.to_json())
    else:
        show(report)
    if html is not None:
        html.write_bytes(audit_page(report))
        if not as_json:
            console.print(plain(f"Đã ghi / written: {html}"), markup=False)
    raise typer.Exit(EXITS[report.holding])


def believed(
    trust_file: Path | None,
    rpc: list[str],
    registry: str | None,
    public: list[str],
    quorum: int | None,
    depth: int | None,
) -> Trust | None:
    """Whom the options say to believe; None: the installation's own. Raises BadParameter for half of them."""
    trust = chosen_trust(trust_file, rpc, registry, public, quorum, depth)
    if trust is None and (rpc or registry or public or quorum is not None or depth is not None):
        raise typer.BadParameter(
            "give --registry, --rpc and --public, or --trust, or none of them: an installation's own"
        )
    return trust


@contextmanager
def subject(
    trust: Trust | None, state: Path | None, home: Path | None, proofs: Sequence[bytes] | None, *, with_database: bool
) -> Iterator[Subject]:
    """What the options name: a registry and mirrors, or an installation with its own. Raises VanbangErrors."""
    if trust is not None and not with_database:
        if not trust.public:
            raise FormatError("--public", "name a folder or an address of the published files")
        yield Subject(trust, state, None, proofs)
        return
    with open_house(home_folder(home)) as house:
        whom = trust or house.settings.trust()
        if whom.home.name != house.settings.registry:
            raise FormatError("--registry", f"this installation anchors in {house.settings.registry}")
        yield Subject(whom, state, house.store if with_database else None, proofs)


def audited(chosen: Subject, *, quiet: bool) -> tuple[AuditReport, Sequence[Finding]]:
    """One audit, with a progress bar on standard error, and what monitoring raises on besides its findings.

    Raises LedgerUnsure if there is no block to begin with, LedgerWrong, StoreError.
    """
    home = chosen.trust.home
    chronicle = pinned(chosen)
    files = MirrorFiles(chosen.trust.public)
    urls, mirrors = tuple(map(shown_url, home.endpoints)), tuple(map(_shown, chosen.trust.public))
    asked = Asked(urls, home.quorum, mirrors, _now(), chosen.basis)
    with closing(SqliteNotebook(chosen.state)) as notebook, Bars(quiet) as bars:
        check = None
        if chosen.store is not None:
            check = DatabaseCheck(chosen.store, chronicle, notebook, files, chosen.with_records).run
        audit_once = Audit(chronicle, files, notebook, bars, asked, check)
        report = audit_once.run()
    ours = set() if chosen.store is None else {institution.iss for institution in chosen.store.institutions()}
    # Of our own institutions the database knows its keys, and the report has told those that it does not know.
    return report, [item for item in audit_once.news if item.code == "administration_new" or item.iss not in ours]


def pinned(chosen: Subject) -> Chronicle:
    """The registry at a final block, or at one whose hash was given. Raises LedgerUnsure, LedgerWrong."""
    if chosen.proofs is None:
        return RpcChronicle.pinned(chosen.trust.home)
    return ProvenChronicle.pinned(chosen.trust.home, chosen.proofs)


def proofs_asked(state_proofs: bool, block_hash: list[str] | None) -> Sequence[bytes] | None:
    """The block hashes given, perhaps none, if state proofs are asked for. Raises FormatError."""
    return read_block_hashes(block_hash or []) if state_proofs or block_hash else None


def show(report: AuditReport) -> None:
    """The verdict, what was looked at, and what was found."""
    colour, vietnamese, english = VERDICTS[report.holding]
    console.print(f"[{colour}]{vietnamese} / {english}[/]")
    block = report.block
    console.print(f"Sổ / registry: {report.registry}", markup=False)
    console.print(f"Khối / block {block.number} 0x{block.hash.hex()}, {time_text(block.time)}", markup=False)
    shown = ", ".join(report.endpoints)
    console.print(plain(f"Máy chủ / endpoints ({report.quorum}/{len(report.endpoints)}): {shown}"), markup=False)
    console.print(f"Trạng thái theo / state by: {' / '.join(report.basis.words)}", markup=False)
    counts = report.counts
    rows = [
        ("Đơn vị / issuers", str(counts.issuers)),
        ("Sự kiện / events", str(counts.events)),
        ("Khóa / keys", str(counts.keys)),
        ("Đợt đã neo / anchors", f"{counts.anchors} ({counts.standing} còn giá trị / standing)"),
        ("Văn bằng / diplomas", str(counts.diplomas)),
        ("Thu hồi cả đợt / batch revocations", str(counts.revocations)),
        ("Gốc trạng thái / status roots", str(counts.status_roots)),
        ("Lá đã tính lại / leaves folded", str(counts.leaves)),
    ]
    print_table("Đã xem / looked at", ("", ""), rows)
    found = report.findings[:SHOWN]
    if found:
        console.print("Phát hiện / findings", style="italic")
    for finding in found:
        _show_finding(finding)
    left = sum(report.by_code.values()) - len(found)
    if left:
        console.print(f"… và {left} phát hiện nữa / and {left} more: --json, --html")
    console.print(f"VERDICT: {report.holding.value}")


def _show_finding(finding: Finding) -> None:
    """Each on lines of its own: paths and hashes in them are copied, and would be cut up in a table."""
    weight, vietnamese, english = WORDS[finding.code]
    console.print(f"• {WEIGHTS[weight]}: {finding.code}", markup=False, style=STYLES[weight])
    for told in (f"{vietnamese} / {english}", finding.place, finding.detail):
        if told:
            console.print(f"  {plain(told)}", markup=False)


def _shown(mirror: str) -> str:
    return shown_url(mirror) if mirror.startswith(("http://", "https://")) else mirror


def _now() -> int:
    return int(time.time())


class Bars:
    """How far the audit is, on standard error."""

    def __init__(self, quiet: bool) -> None:
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        self._progress = Progress(*columns, console=errors, transient=True, disable=quiet or not errors.is_terminal)
        self._issuers = self._progress.add_task("Đơn vị / issuers", total=None)
        self._batches = self._progress.add_task("Đợt cấp / batches", total=None)

    def __enter__(self) -> "Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def issuers(self, done: int, of: int) -> None:
        """So many issuers are done."""
        self._progress.update(self._issuers, completed=done, total=of)

    def batches(self, done: int) -> None:
        """The files of so many more batches were looked at."""
        self._progress.advance(self._batches, done)
