"""The writer beside tensorboardX's."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorboardX

import summaries
from tests.benchmarks.row import Row, least_secs

TAGS = [f"train/metric_{number}" for number in range(20)]
STEPS = 1_000


def measure() -> Iterator[Row]:
    """Yields the rows of the writer."""
    calls = {name: _call_times(module) for name, module in (("ours", summaries), ("theirs", tensorboardX))}
    for share, goal in ((50, 5.0), (99, 50.0)):
        ours, theirs = (float(np.percentile(calls[name], share)) * 1e6 for name in ("ours", "theirs"))
        yield Row(f"`add_scalar`, p{share} of a call", "µs", ours, "tensorboardX", theirs, goal)
    ours, theirs = least_secs(lambda: _write_scalars(summaries), lambda: _write_scalars(tensorboardX), 3)
    yield Row("write 20,000 scalars and close", "s", ours, "tensorboardX", theirs, 20.0)
    ours, theirs = least_secs(_write_steps, lambda: _write_scalars(tensorboardX), 3)
    yield Row("the same as `add_scalars_at`, one event a step", "s", ours, "tensorboardX", theirs, 40.0)
    values = np.random.default_rng(0).normal(size=1_000_000).astype(np.float32)
    ours, theirs = least_secs(
        lambda: _write_histogram(summaries, values), lambda: _write_histogram(tensorboardX, values), 5
    )
    yield Row("a histogram of 1 M float32, on disk", "s", ours, "tensorboardX", theirs, 4.0)


def _call_times(module: Any) -> list[float]:
    times = []
    with tempfile.TemporaryDirectory() as folder, module.SummaryWriter(folder) as writer:
        for step in range(STEPS):
            for tag in TAGS:
                start = time.perf_counter()
                writer.add_scalar(tag, 0.5, step)
                times.append(time.perf_counter() - start)
    return times


def _write_scalars(module: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, module.SummaryWriter(folder) as writer:
        for step in range(STEPS):
            for tag in TAGS:
                writer.add_scalar(tag, 0.5, step)


def _write_steps() -> None:
    with tempfile.TemporaryDirectory() as folder, summaries.SummaryWriter(folder) as writer:
        for step in range(STEPS):
            writer.add_scalars_at(step, dict.fromkeys(TAGS, 0.5))


def _write_histogram(module: Any, values: np.ndarray) -> None:
    with tempfile.TemporaryDirectory() as folder, module.SummaryWriter(folder) as writer:
        writer.add_histogram("weights", values, 0)
