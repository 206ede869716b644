"""One list from its file to provable diplomas in a new installation, as `vanbang issue` brings it there, then diplomas
looked up: what `growth` starts as a process of its own, with HOME, LIST and its number of rows.

Each line of standard output is a JSON object: {"stage"} when one begins, {"stage", "seconds", "cpu_seconds",
"own_cpu_seconds"} when it has ended, {"facts"} at the end.
"""

import json
import random
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any, Final

from vanbang.bootstrap import House, free_port, open_house, set_up
from vanbang.catalog import type_by_name
from vanbang.cli.bench.growth_facts import CLOSING, INSTITUTION, Facts
from vanbang.cli.bench.long_lists import serial_of
from vanbang.cli.bench.process_tree import cpu_seconds
from vanbang.cli.issuing import accept, batches_of, credential_of_stored, find
from vanbang.cli.output import console
from vanbang.cli.setting_up import pause
from vanbang.core.credential import CredentialFile
from vanbang.notary.garbage import seek_garbage_seldom
from vanbang.notary.registering import register_institution
from vanbang.ports import Batch

LOOK_UPS: Final = 1_000


class Stages:
    """Tells each stage, and what it took; watches a batch on its way."""

    def __init__(self) -> None:
        self._stage, self._since, self._cpu, self._own = "", 0.0, 0.0, 0.0

    def stage(self, name: str) -> None:
        """Ends the stage before, if there is one; begins one unless the name is empty or that of the end."""
        now, cpu, own = time.perf_counter(), cpu_seconds(), time.process_time()
        if self._stage:
            took = {"seconds": now - self._since, "cpu_seconds": cpu - self._cpu, "own_cpu_seconds": own - self._own}
            _tell(stage=self._stage, **took)
        self._stage = "" if name == "final" else name
        if self._stage:
            _tell(stage=self._stage)
        self._since, self._cpu, self._own = time.perf_counter(), cpu_seconds(), time.process_time()

    def done(self, number: int, of: int = 0) -> None:
        """Not shown."""

    def wait(self, doubt: str) -> None:
        """A moment."""
        time.sleep(0.05)


def main(home: Path, path: Path, rows: int) -> None:
    """Raises AssertionError unless every row is accepted and comes to a final anchor."""
    console.quiet = True
    seek_garbage_seldom()  # as the command line does
    set_up(home, (), None, f"http://127.0.0.1:{free_port(8000)}", pause)
    stages = Stages()
    with open_house(home) as house:
        register_institution(house.store, house.ledger, house.keys, INSTITUTION, pause)
        batches = _issue(house, path, rows, stages)
        stages.stage("look-ups")
        taken, files = _look_up(house, rows)
        ciphertexts = [len(record.ciphertext) for record in islice(house.store.records(batches[0].id), LOOK_UPS)]
        stages.stage(CLOSING)
        place = house.settings.database_at
    if not isinstance(place, Path):
        raise AssertionError("this is measured on a database in a file")
    with closing(sqlite3.connect(place)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    stages.stage("")
    sizes = _bytes_below(place), _bytes_below(home / "public")
    others = _bytes_below(home) - sum(sizes) - _bytes_below(home / "chain")
    hashed = [(len(file.payload_bytes), [len(each.text) for each in file.disclosures]) for file in files]
    facts = Facts(*sizes, others, taken, ciphertexts, [size for size, _ in hashed], [sizes for _, sizes in hashed])
    _tell(facts=asdict(facts))


def _issue(house: House, path: Path, rows: int, stages: Stages) -> Sequence[Batch]:
    stages.stage("intake")
    upload, _ = accept(house, path, INSTITUTION, "vn-diploma", accept_valid=False, quiet=True)
    if (upload.state, upload.accepted) != ("ACCEPTED", rows):
        raise AssertionError(f"the list was not accepted: {upload.accepted} of {rows} rows")
    batches = batches_of(house, upload)
    for batch in batches:
        house.issuing.bring_to_final(batch, stages)
    stages.stage("")
    return batches


def _look_up(house: House, rows: int) -> tuple[list[float], list[CredentialFile]]:
    """By serial number, with proof and signed file, each as bytes; seconds ascending, and some of the files."""
    kind = type_by_name("vn-diploma")
    chance = random.Random(rows)  # noqa: S311 - which diplomas, no secret
    serials = [serial_of(chance.randrange(rows), INSTITUTION.code) for _ in range(LOOK_UPS)]
    taken, files = [], []
    for serial in serials:
        start = time.perf_counter()
        file = credential_of_stored(house, find(house, INSTITUTION.code, kind, serial))
        file.to_bytes()
        taken.append(time.perf_counter() - start)
        files.append(file)
    return sorted(taken), files[:100]


def _bytes_below(place: Path) -> int:
    files = [place] if place.is_file() else place.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def _tell(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
