"""The corpora hold what they say, as TensorBoard's own loader reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util.tensor_util import make_ndarray

from summaries.proto.event_pb2 import Event
from tests.benchmarks.corpora import Corpus, count_step_bytes, write_run

SMALL = Corpus("small", num_runs=2, num_steps=300, num_tags=2, has_tensors=True, has_blobs=True)


@pytest.mark.parametrize("run", [0, 1])
def test_run_holds_the_points_that_the_generator_gives(tmp_path: Path, run: int) -> None:
    path = write_run(SMALL, run, tmp_path)

    scalars: dict[str, list[tuple[int, float, float]]] = {tag: [] for tag in SMALL.tags}
    num_blobs = 0
    for event in EventFileLoader(str(path)).Load():
        for value in event.summary.value:
            if value.tag in scalars:
                scalars[value.tag].append((event.step, event.wall_time, make_ndarray(value.tensor).item()))
            else:
                num_blobs += 1
    steps, wall_times, values = SMALL.points(run)
    for index, tag in enumerate(SMALL.tags):
        expected = np.stack([steps, wall_times[:, index], values[:, index]], axis=1)
        np.testing.assert_array_equal(np.array(scalars[tag]), expected)
    assert num_blobs * SMALL.num_runs == SMALL.num_blobs


def test_steps_have_room_for_all_of_their_bytes() -> None:
    steps = [0, 1, *(128**width - below for width in range(1, 6) for below in (1, 0))]

    widths = count_step_bytes(np.array(steps))

    empty = Event(step=1).ByteSize() - 1
    assert widths.tolist() == [Event(step=step).ByteSize() - empty if step else 0 for step in steps]
