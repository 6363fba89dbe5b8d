"""Whole logdirs read by whole processes, ours and the peers' in turns, from the page cache.

Nothing is sampled away in any. rustboard is the server behind TensorBoard (`tensorboard-data-server`); by default it
skips checksums, which ours never does, so it is measured both ways. EventAccumulator and tbparse, which is measured
where it is installed, are given a part of the runs, and their CPU time beyond the start is scaled up to all: they have
one thread. Ours is ready when the columns of all points are in memory; a series is a view of them, made when it is
asked for.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tensorboard_data_server

from tests.benchmarks import corpora
from tests.benchmarks.corpora import Corpus
from tests.benchmarks.processes import Cost, measure_process, take_least
from tests.benchmarks.row import Row

REPEATS = 5
KINDS = ("scalars", "images", "histograms")


@dataclass(frozen=True)
class Goals:
    """How many times less ours should take of a corpus than rustboard, which skips checksums."""

    wall: float
    cpu: float = 4.0
    memory: float = 2.5


GOALS = {"scalars": Goals(1 / 0.35), "many_runs": Goals(2.0), "mixed": Goals(1 / 0.35), "large": Goals(2.5)}
PARTS = {"scalars": 3, "many_runs": 50, "mixed": 2, "large": 3}
"""Runs that the slow ones are given."""

_OURS = """
import sys, time
import summaries
log = summaries.load(sys.argv[1])
assert len(log.runs) == int(sys.argv[2])
last = list(log.runs.values())[-1].scalars
assert {len(last[tag]) for tag in last} == {int(sys.argv[3])}
print("ready", flush=True)
sys.stdin.read()
"""
_PART = """
import sys, time
{imports}
start = time.process_time()
kept = [{read} for folder in sys.argv[1:]]
print("ready", time.process_time() - start, flush=True)
sys.stdin.read()
"""
PORTABLE = _PART.format(
    imports="sys.modules['summaries._scan'] = None\nimport summaries",  # as if it had not been built
    read="[(series, len(series)) for run in summaries.load(folder).runs.values() for series in run.scalars.values()]",
)
ACCUMULATOR = _PART.format(
    imports="from tensorboard.backend.event_processing.event_accumulator import EventAccumulator",
    read="EventAccumulator(folder, dict.fromkeys(('scalars', 'tensors', 'images', 'histograms'), 0)).Reload()",
)
TBPARSE = _PART.format(
    imports="from tbparse import SummaryReader",
    read="SummaryReader(folder, extra_columns={'wall_time'}).scalars",
)


def measure() -> Iterator[Row]:
    """Yields the rows of the reader, corpus by corpus."""
    for corpus in (corpora.SCALARS, corpora.MANY_RUNS, corpora.MIXED):
        yield from measure_corpus(corpus)


def measure_corpus(corpus: Corpus, repeats: int = REPEATS) -> Iterator[Row]:
    """Yields the rows of one corpus."""
    logdir = corpora.make(corpus)
    ours, fast, checked = _take_turns(corpus, logdir, repeats)
    goals = GOALS[corpus.name]
    what = f"{corpus.name}: process start to {corpus.num_points / 1e6:g} M points in memory"
    for peer, cost in (("rustboard", fast), ("rustboard --checksum", checked)):
        yield Row(what, "s", ours.wall_secs, peer, cost.wall_secs, goals.wall)
        yield Row(f"{corpus.name}: CPU time", "s", ours.cpu_secs, peer, cost.cpu_secs, goals.cpu)
    megabytes = ours.peak_bytes / 1e6, "rustboard", fast.peak_bytes / 1e6
    yield Row(f"{corpus.name}: peak memory", "MB", *megabytes, goals.memory)
    yield from _measure_slow(corpus, logdir, ours.cpu_secs)


def _take_turns(corpus: Corpus, logdir: Path, repeats: int) -> tuple[Cost, Cost, Cost]:
    """Ours, rustboard as it comes, and rustboard with checksums."""
    samples = ",".join(f"{kind}=all" for kind in KINDS)
    server = [
        str(tensorboard_data_server.server_binary()), "--logdir", str(logdir), "--port", "0", "--reload", "once",
        "--verbose", "--samples-per-plugin", samples,
    ]  # fmt: skip
    commands = (
        ([sys.executable, "-c", _OURS, str(logdir), str(corpus.num_runs), str(corpus.num_steps)], "ready"),
        (server, "Finished load cycle"),
        ([*server, "--checksum"], "Finished load cycle"),
    )
    costs: tuple[list[Cost], ...] = ([], [], [])
    for _ in range(repeats):
        for (command, ready), taken in zip(commands, costs, strict=True):
            taken.append(measure_process(command, ready))
    ours, fast, checked = map(take_least, costs)
    return ours, fast, checked


def _measure_slow(corpus: Corpus, logdir: Path, ours: float) -> Iterator[Row]:
    folders = [str(logdir / run) for run in corpus.runs[: PARTS[corpus.name]]]
    scale = corpus.num_runs / len(folders)
    accumulator = _read_part(ACCUMULATOR, folders, scale)
    peer = f"EventAccumulator, from {len(folders)} runs"
    yield Row(f"{corpus.name}: CPU time", "s", ours, peer, accumulator, 150.0)
    portable = _read_part(PORTABLE, folders, scale)
    yield Row(f"{corpus.name}: CPU time of the portable scanner, likewise", "s", portable, peer, accumulator, 5.0)
    if importlib.util.find_spec("tbparse"):
        theirs = _read_part(TBPARSE, folders, scale)
        yield Row(f"{corpus.name}: CPU time", "s", ours, f"tbparse, from {len(folders)} runs", theirs, 50.0)


def _read_part(script: str, folders: Sequence[str], scale: float) -> float:
    """Seconds of CPU time that a process would take for all runs."""
    costs = [measure_process([sys.executable, "-c", script, *folders], "ready") for _ in range(2)]
    return min(cost.cpu_secs + (scale - 1) * float(cost.answer.split()[1]) for cost in costs)
