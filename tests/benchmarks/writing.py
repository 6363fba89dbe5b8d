"""The writer beside torch's, where torch is installed, and tensorboardX's."""

from __future__ import annotations

import importlib
import importlib.util
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

import summaries
from summaries import buckets, counting
from tests.benchmarks.row import Row, least_secs

TAGS = [f"train/metric_{number:02d}" for number in range(20)]
CALLS = 200_000
STEPS = CALLS // len(TAGS)
PACE_SECS = 0.001

PEERS = {"torch": "torch.utils.tensorboard", "tensorboardX": "tensorboardX"}
"""Module of each peer."""
GOALS = {("burst", 50): 35.0, ("paced", 50): 4.0, ("burst", 99): 50.0, ("paced", 99): 50.0}
"""How many times faster than torch a call should be, by rhythm and percentile; elsewhere it should be no slower."""


def measure() -> Iterator[Row]:
    """Yields the rows of the writer."""
    peers = {name: importlib.import_module(module) for name, module in PEERS.items() if importlib.util.find_spec(name)}
    for rhythm in ("burst", "paced"):
        ours = _time_calls(summaries, rhythm)
        for name, module in peers.items():
            theirs = _time_calls(module, rhythm)
            for share in (50, 99, 99.9):
                goal = GOALS.get((rhythm, share), 1.0) if name == "torch" else 1.0
                figures = (float(np.percentile(times, share)) * 1e6 for times in (ours, theirs))
                yield _row(f"`add_scalar`, {rhythm}, p{share} of a call", "µs", name, *figures, goal)
    yield from _measure_throughput(peers)
    yield from _measure_histogram(peers)


def _measure_throughput(peers: dict[str, Any]) -> Iterator[Row]:
    ours = _take_least(lambda: _write_scalars(summaries), 3)
    ours_at_once = _take_least(_write_steps, 3)
    for name, module in peers.items():
        theirs = _write_scalars(module)
        is_torch = name == "torch"
        for what, mine, goal in (
            (f"{CALLS:,} × `add_scalar` and close", ours, 25.0),
            (f"the same {CALLS:,} points as `add_scalars_at`", ours_at_once, 60.0),
        ):
            yield _row(what, "s", name, mine[0], theirs[0], goal if is_torch else 1.0)
        yield _row("bytes a point, `add_scalar`", "B", name, ours[1], theirs[1], 0.99 if is_torch else 0.9)
        yield _row("bytes a point, `add_scalars_at`", "B", name, ours_at_once[1], theirs[1], 2.0)


def _row(what: str, unit: str, peer: str, ours: float, theirs: float, goal: float) -> Row:
    return Row(what, unit, ours, peer, theirs, goal)


def _time_calls(module: Any, rhythm: str) -> list[float]:
    """Seconds that each call took; paced: a millisecond of work after each step of 20 calls."""
    times = []
    with tempfile.TemporaryDirectory() as folder, module.SummaryWriter(folder) as writer:
        for step in range(STEPS):
            for tag in TAGS:
                start = time.perf_counter()
                writer.add_scalar(tag, 0.5, step)
                times.append(time.perf_counter() - start)
            if rhythm == "paced":
                end = time.perf_counter() + PACE_SECS
                while time.perf_counter() < end:
                    pass
    return times


def _take_least(call: Callable[[], tuple[float, float]], repeats: int) -> tuple[float, float]:
    return min(call() for _ in range(repeats))


def _write_scalars(module: Any) -> tuple[float, float]:
    """Seconds, and bytes a point."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        with module.SummaryWriter(folder) as writer:
            for step in range(STEPS):
                for tag in TAGS:
                    writer.add_scalar(tag, 0.5, step)
        return time.perf_counter() - start, _count_bytes(folder) / CALLS


def _write_steps() -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        with summaries.SummaryWriter(folder) as writer:
            for step in range(STEPS):
                writer.add_scalars_at(step, dict.fromkeys(TAGS, 0.5))
        return time.perf_counter() - start, _count_bytes(folder) / CALLS


def _count_bytes(folder: str) -> int:
    return sum(os.path.getsize(path) for path in Path(folder).iterdir())


def _measure_histogram(peers: dict[str, Any]) -> Iterator[Row]:
    """Counted, with its moments, encoded and handed to the file, by each member; the writers are open already."""
    values = np.random.default_rng(0).normal(size=1_000_000).astype(np.float32)
    members = {"portable": (counting.count_portably, 4.0)}
    if summaries.find_compiled()["counts"]:
        members = {"compiled": (counting.count_in_cells, 5.0), **members}
    for name, module in peers.items():
        for member, (count, goal) in members.items():
            with ExitStack() as stack:
                stack.enter_context(patch.object(buckets, "count_in_cells", count))
                calls = [partial(_log_histogram, _open(stack, each), values) for each in (summaries, module)]
                figures = least_secs(*calls, 30)
            what = f"`add_histogram` of 1 M float32 and `flush`, {member}"
            yield _row(what, "ms", name, *(1e3 * secs for secs in figures), goal if name == "torch" else 1.0)


def _open(stack: ExitStack, module: Any) -> Any:
    return stack.enter_context(module.SummaryWriter(stack.enter_context(tempfile.TemporaryDirectory())))


def _log_histogram(writer: Any, values: np.ndarray) -> None:
    writer.add_histogram("weights", values, 0)
    writer.flush()
