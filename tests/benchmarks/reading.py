"""The reader beside TensorBoard's EventAccumulator, nothing sampled away in either."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import summaries
from tests.benchmarks.row import Row, least_secs

TAGS = [f"train/metric_{number}" for number in range(20)]
STEPS = 2_000


def measure() -> Iterator[Row]:
    """Yields the rows of the reader."""
    with tempfile.TemporaryDirectory() as folder:
        with summaries.SummaryWriter(folder) as writer:
            for step in range(STEPS):
                for tag in TAGS:
                    writer.add_scalar(tag, step * 0.5, step)
        ours, theirs = least_secs(lambda: _load(folder), lambda: _accumulate(folder), 3)
    yield Row("read 40,000 scalars into columns (no compiled scanner yet)", "s", ours, "EventAccumulator", theirs, 3.0)


def _load(folder: str) -> None:
    (run,) = summaries.load(folder).runs.values()
    assert all(len(run.scalars[tag]) == STEPS for tag in TAGS)


def _accumulate(folder: str) -> None:
    accumulator = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    assert len(accumulator.Scalars(TAGS[0])) == STEPS
