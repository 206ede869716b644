"""Printing: from credential files to PDFs with QR code and attachment, as bytes; nothing is stored."""

from collections.abc import Iterator

from vanbang.adapters.pdf.printing import TypstPrinter
from vanbang.cli.bench.diplomas import issued
from vanbang.cli.bench.measuring import Line, best, line
from vanbang.notary.workers import WorkerPool

PROCESSES = 2
PER_SECOND = 150
RUNS = 3
WARMING = 8
URL = "https://vanbang.example/v/SmhHmzQGosbrmiNtsexLYg#uq2mB7Hhd1Rr0bU1cUlcZ3mO6vQ9a6FZ0n8O8mE0"


def pdf(rows: int | None) -> Iterator[Line]:
    """The demo's diplomas, two processes; fonts are loaded and the template is read before it begins."""
    with issued() as (_house, files, _stages), WorkerPool(PROCESSES) as pool:
        jobs = [(file.to_bytes(), f"{URL}{number:03x}") for number, file in enumerate(files[:rows])]
        list(pool.map(_printed, *zip(*jobs[:WARMING], strict=True)))

        def work() -> None:
            sizes = pool.map(_printed, *zip(*jobs, strict=True))
            if not all(size > len(file) for size, (file, _) in zip(sizes, jobs, strict=True)):
                raise AssertionError("a PDF is smaller than the file inside")

        seconds = best(work, RUNS)
        yield line(f"pdf, {PROCESSES} processes, seconds", len(jobs), seconds, seconds, len(jobs) / PER_SECOND)


def _printed(credential: bytes, proof_url: str) -> int:
    return len(TypstPrinter().diploma(credential, proof_url))
