"""The demo's 1,200 diplomas on the embedded chain: issuing all of them, verifying each. Their number is fixed."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from vanbang.bootstrap import House, free_port, open_house, set_up
from vanbang.cli.bench.measuring import RUNS, Line, best, cpu_seconds, line, resident_mib
from vanbang.cli.demo import INSTITUTION, LIST
from vanbang.cli.issuing import accept, batches_of, bring_to_final, credential_of_stored
from vanbang.cli.output import console
from vanbang.cli.setting_up import pause
from vanbang.core.credential import CredentialFile
from vanbang.core.verification import Verdict
from vanbang.notary.checking_many import verdict_of, verify_many
from vanbang.notary.registering import register_institution
from vanbang.notary.verifying import EvidenceCache
from vanbang.notary.verifying import verify as verify_file
from vanbang.notary.workers import WorkerPool
from vanbang.web.desk import unix_time

ALONE_SECONDS = 250e-6
ALONE_SIGNED_SECONDS = 350e-6
VERIFY_SECONDS = 1 / 12_000
SIGNED_SECONDS = 1 / 6_000
"""Many, by two processors together: one alone may take twice as long."""
PROCESSES = 2
ROUNDS = 10
"""How often the sample list goes through, where many are checked at once: 12,000 diplomas."""
MILLION = 1_000_000
GROWN = 1.1
"""Memory may be so many times what it was at the first hundredth."""
DEMO_SECONDS = 20.0


def verify() -> Iterator[Line]:
    """The library on 1,200 diplomas of one batch: chain answers, type metadata and status list cached.

    One by one; then many at once in this process; then in two processes, where processor time of both counts as well.
    """
    with issued() as (house, files, _stages), WorkerPool(PROCESSES) as pool:
        now, trust, cache = int(time.time()), house.settings.trust(), EvidenceCache(max_age=3600)
        unsigned, signed = [f.unsigned().to_bytes() for f in files], [f.to_bytes() for f in files]

        def one_by_one(batch: list[bytes]) -> None:
            for data in batch:
                _check(verify_file(data, trust, house.witness, now, cache).verdict.value)

        def at_once(batch: list[bytes], executor: Executor | None) -> None:
            for verdict in verify_many(batch, trust, house.witness, lambda: now, verdict_of, executor, cache):
                _check(verdict)

        for what, alone, limit, batch in (
            ("without step 8", ALONE_SECONDS, VERIFY_SECONDS, unsigned),
            ("with step 8", ALONE_SIGNED_SECONDS, SIGNED_SECONDS, signed),
        ):
            seconds = best(partial(one_by_one, batch))
            yield line(f"verify {what}, seconds each", len(batch), seconds, seconds / len(batch), alone)
            many = batch * ROUNDS
            seconds = best(partial(at_once, many, None))
            yield line(f"verify many {what}, seconds each", len(many), seconds, seconds / len(many), 2 * limit)
            at_once(many, pool)
            spent = cpu_seconds()
            seconds = best(partial(at_once, many, pool))
            each = (cpu_seconds() - spent) / RUNS / len(many)
            yield line(
                f"verify many {what}, two processes, seconds each", len(many), seconds, seconds / len(many), limit
            )
            what = f"verify many {what}, two processes, processor seconds each"
            yield line(what, len(many), seconds, each, 2 * limit)


def verify_million(rows: int | None) -> Iterator[Line]:
    """A million diplomas in one stream, in two processes: the memory of all processes on the way, against that at the
    first hundredth."""
    total = rows or MILLION
    marks = {total // 100: "a hundredth", total // 10: "a tenth", total: "all"}
    with issued() as (house, files, _stages), WorkerPool(PROCESSES) as pool:
        batch = [f.to_bytes() for f in files]
        stream, trust = islice(cycle(batch), total), house.settings.trust()
        start, first = time.perf_counter(), 0.0
        verdicts = verify_many(stream, trust, house.witness, unix_time, verdict_of, pool)
        for number, verdict in enumerate(verdicts, 1):
            _check(verdict)
            if number in marks:
                seconds, resident = time.perf_counter() - start, resident_mib()
                first = first or resident
                yield line(f"verify a stream, {marks[number]}, MiB in use", number, seconds, resident, GROWN * first)


def _check(verdict: str) -> None:
    if verdict != Verdict.VALID:
        raise AssertionError("a diploma of the demo is not VALID")


def issue() -> Iterator[Line]:
    """The demo's work: set-up, 1,200 diplomas from the list to a final anchor, all exported."""
    start = time.perf_counter()
    with issued() as (_house, files, stages):
        seconds = time.perf_counter() - start
        yield line("demo, list to credential files, seconds", len(files), seconds, seconds, DEMO_SECONDS)
        for stage, spent in stages.items():
            yield line(f"demo, {stage}, seconds", len(files), spent, spent, DEMO_SECONDS)


@contextmanager
def issued() -> Iterator[tuple[House, list[CredentialFile], dict[str, float]]]:
    """A new installation on the embedded chain with the sample list issued; its files, and each stage's seconds."""
    console.quiet = True
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        set_up(home, (), None, f"http://127.0.0.1:{free_port(8000)}", pause)
        with open_house(home) as house:
            yield house, *issue_sample(house)


def issue_sample(house: House) -> tuple[list[CredentialFile], dict[str, float]]:
    """The sample list issued in an installation without institutions; its files, and each stage's seconds."""
    register_institution(house.store, house.ledger, house.keys, INSTITUTION, pause)
    upload, _ = accept(house, LIST, INSTITUTION, "vn-diploma", accept_valid=False, quiet=True)
    if upload.state != "ACCEPTED":
        raise AssertionError("the sample list was refused")
    (batch,) = batches_of(house, upload)
    batch, stages = bring_to_final(house, batch, quiet=True)
    return [credential_of_stored(house, record) for record in house.store.records(batch.id)], stages
