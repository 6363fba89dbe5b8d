"""What the reader makes of a run."""

from __future__ import annotations

from pathlib import Path

from summaries import EventFileReader
from summaries.load import Run
from summaries.run import RunLog
from tests.summaries.scanners import MakeScanner
from tests.writers.theirs import list_event_files


def list_run_folders(logdir: Path) -> list[Path]:
    """The folders under `logdir` that hold event files."""
    return sorted({path.parent for path in logdir.rglob("*tfevents*")})


def read_run(folder: Path, make_scanner: MakeScanner) -> Run:
    """The run in `folder`, through one of the scanners."""
    log = RunLog()
    for path in list_event_files(folder):
        with EventFileReader(path, make_scanner=make_scanner) as reader:
            log.update(path, reader.read(is_finished=True))
    return Run(".", log)
