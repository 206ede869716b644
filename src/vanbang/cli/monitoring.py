"""monitor: the audit again and again, going on from its notes, raising on anything that is new and unknown."""

import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final

import requests
import typer
from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server, write_to_textfile

from vanbang.cli.auditing import (
    EXITS,
    VERDICTS,
    DatabaseOption,
    PublicOption,
    QuorumOption,
    RegistryOption,
    StateOption,
    Subject,
    TrustOption,
    audited,
    believed,
    subject,
)
from vanbang.cli.options import DepthOption, HomeOption, JsonOption, RpcOption
from vanbang.cli.output import Exit, console, errors, plain, print_error, print_json
from vanbang.core.encoding import time_text
from vanbang.core.errors import FormatError
from vanbang.core.trust import shown_url
from vanbang.notary.auditing.findings import WORDS, Finding, Weight
from vanbang.notary.auditing.report import AuditReport
from vanbang.ports import LedgerUnsure, LedgerWrong, StoreError

WEBHOOK_TIMEOUT: Final = 10.0
"""Seconds: the next audit waits as long."""
TOLD_AT_ONCE: Final = 100
"""Findings in one call of the webhook."""
ALARMING: Final = (Weight.WRONG, Weight.MISSING)
ALARMING_NOTES: Final = ("notes_dropped",)
"""A block that was final is on the chain no more: keys that are new since then cannot be told from those that were."""

WebhookOption = Annotated[
    str | None,
    typer.Option("--webhook", envvar="VANBANG_WEBHOOK", help="Gửi cảnh báo (JSON) tới đây / POST alarms to this URL"),
]
MetricsOption = Annotated[
    str | None, typer.Option("--metrics", help="Số đo Prometheus: tệp, hoặc cổng / a file, or a port of this machine")
]


def monitor(
    rpc: RpcOption = None,
    registry: RegistryOption = None,
    public: PublicOption = None,
    quorum: QuorumOption = None,
    depth: DepthOption = None,
    trust_file: TrustOption = None,
    state: StateOption = None,
    every: Annotated[int, typer.Option("--every", min=1, help="Số giây giữa hai lần / seconds between audits")] = 60,
    once: Annotated[bool, typer.Option("--once", help="Một lần rồi thôi / once only")] = False,
    webhook: WebhookOption = None,
    metrics: MetricsOption = None,
    with_database: DatabaseOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Theo dõi sổ, báo ngay điều lạ / watch the registry, raise on the unknown. Exit status: as audit."""
    if webhook is not None and not webhook.startswith(("http://", "https://")):
        raise FormatError("--webhook", "not an address: http://... or https://...")
    trust = believed(trust_file, rpc or [], registry, public or [], quorum, depth)
    with ExitStack() as stack:
        if state is None:
            state = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "notes"
        chosen = stack.enter_context(subject(trust, state, home, None, with_database=with_database))
        watch = Watch(replace(chosen, with_records=False), webhook, Measures(metrics), as_json=as_json)
        status = watch.once()
        try:
            while not once:
                time.sleep(every)
                status = watch.once()
        except KeyboardInterrupt:
            errors.print("Đã dừng / stopped.")
    raise typer.Exit(Exit.REFUSED if watch.has_raised else status)


class Measures:
    """What Prometheus reads: in a file, at a port of this machine, or nowhere."""

    def __init__(self, target: str | None) -> None:
        """Raises FormatError if the port is taken or the file cannot be written."""
        self._registry = CollectorRegistry()
        self._file = None if target is None or target.isdigit() else target
        self._gauges = {
            name: Gauge(f"vanbang_audit_{name}", told, registry=self._registry)
            for name, told in (
                ("holds", "1 if everything held at the last audit"),
                ("reached", "1 if the chain could be asked at the last audit"),
                ("block", "block of the last audit"),
                ("block_time_seconds", "time of that block"),
                ("finished_time_seconds", "when the last audit ended"),
                ("duration_seconds", "how long it took"),
                ("issuers", "issuers in the registry"),
                ("anchors", "anchors in the registry"),
                ("keys", "keys in the registry"),
                ("status_roots", "status roots in the registry"),
            )
        }
        self._findings = Gauge("vanbang_audit_findings", "findings by weight", ["weight"], registry=self._registry)
        self._alarms = Counter("vanbang_audit_alarms", "alarms raised", registry=self._registry)
        if target is not None and target.isdigit():
            try:
                start_http_server(int(target), "127.0.0.1", self._registry)
            except (OSError, OverflowError) as error:
                raise FormatError("--metrics", f"port {target} cannot be used: {error}") from error
        if self._file is not None:
            try:
                write_to_textfile(self._file, self._registry)
            except OSError as error:
                raise FormatError("--metrics", f"{self._file} cannot be written: {error.strerror}") from error

    def note(self, report: AuditReport | None, seconds: float, alarms: int) -> None:
        """Takes the outcome of one audit; None: there was none. Raises OSError if the file cannot be written."""
        gauges = self._gauges
        gauges["reached"].set(report is not None)
        gauges["duration_seconds"].set(seconds)
        gauges["finished_time_seconds"].set(time.time())
        self._alarms.inc(alarms)
        if report is not None:
            gauges["holds"].set(report.holding == "holds")
            gauges["block"].set(report.block.number)
            gauges["block_time_seconds"].set(report.block.time)
            for name in ("issuers", "anchors", "keys", "status_roots"):
                gauges[name].set(getattr(report.counts, name))
            for weight, count in report.weights.items():
                self._findings.labels(weight.value).set(count)
        if self._file is not None:
            write_to_textfile(self._file, self._registry)


@dataclass(slots=True)
class Watch:
    """Audits one subject repeatedly. Each thing is raised once, and again if it went away and came back.

    What happens once and is not found again, such as a new key, is owed until the webhook has taken it.
    """

    chosen: Subject
    webhook: str | None
    measures: Measures
    as_json: bool
    has_raised: bool = False
    _has_begun: bool = False
    _raised: set[Finding] = field(default_factory=set)
    _owed: set[Finding] = field(default_factory=set)

    def once(self) -> Exit:
        """One audit; its exit status. Raises LedgerWrong, StoreError at the first one only: a monitor goes on."""
        start = time.monotonic()
        try:
            report, unknown = audited(self.chosen, quiet=True)
        except (LedgerUnsure, LedgerWrong, StoreError) as error:
            if not self._has_begun and not isinstance(error, LedgerUnsure):
                raise
            print_error(error)
            self._measure(None, start, 0)
            return Exit.UNDETERMINED
        self._has_begun = True
        alarming = {finding for finding in report.findings if _is_alarming(finding)} | set(unknown)
        fresh = sorted(alarming - self._raised | self._owed, key=lambda finding: (finding.place, finding.code))
        self._raised &= alarming
        self._owed = set(fresh)
        self._say(report, fresh)
        if fresh:
            self.has_raised = True
            if self.webhook is None or send(self.webhook, _alarm(report, fresh)):
                self._raised |= set(fresh) & alarming
                self._owed.clear()
        self._measure(report, start, len(fresh))
        return EXITS[report.holding]

    def _measure(self, report: AuditReport | None, start: float, alarms: int) -> None:
        try:
            self.measures.note(report, time.monotonic() - start, alarms)
        except OSError as error:  # a full disk ends no watch
            errors.print(f"Không ghi được số đo / measures cannot be written: {error}", markup=False)

    def _say(self, report: AuditReport, fresh: Sequence[Finding]) -> None:
        if self.as_json:
            print_json(_alarm(report, fresh))
            return
        colour, vietnamese, english = VERDICTS[report.holding]
        counts = report.counts
        new = f"+{counts.new_anchors} anchors, +{counts.new_keys} keys, +{counts.new_status_roots} status roots"
        console.print(
            f"{time_text(report.checked_at)} [{colour}]{vietnamese} / {english}[/] block {report.block.number}: {new}"
        )
        for finding in fresh:
            _, told, said = WORDS[finding.code]
            console.print(plain(f"  ! {finding.code} {finding.place}: {told} / {said} {finding.detail}"), markup=False)


def _is_alarming(finding: Finding) -> bool:
    return finding.weight in ALARMING or finding.code in ALARMING_NOTES


def send(url: str, alarm: dict[str, Any]) -> bool:
    """Posts an alarm; whether it was taken. What went wrong is told without the address, which may hold a secret."""
    try:
        # The body is not read: it says nothing that counts, and might never end.
        with requests.post(url, json=alarm, timeout=WEBHOOK_TIMEOUT, allow_redirects=False, stream=True) as answer:
            told = "" if answer.ok and not answer.is_redirect else f"http_{answer.status_code}"
    except requests.RequestException as error:
        told = type(error).__name__
    if told:
        errors.print(f"Không gửi được cảnh báo / the alarm was not taken: {shown_url(url)} {told}", markup=False)
    return not told


def _alarm(report: AuditReport, fresh: Sequence[Finding]) -> dict[str, Any]:
    said = report.to_json()
    kept = {name: said[name] for name in ("version", "verdict", "checked_at", "registry", "block", "counts", "weights")}
    return kept | {"alarms": len(fresh), "findings": [finding.to_json() for finding in fresh[:TOLD_AT_ONCE]]}
