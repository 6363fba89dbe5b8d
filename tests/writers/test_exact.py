"""Every writer's files give exactly what TensorBoard's own loader gives, record by record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import DEFAULT_SIZE_GUIDANCE, EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader

from summaries import load
from summaries.load import Run
from summaries.reader import read_blob
from tests.summaries.scanners import SCANNERS
from tests.writers import ours, theirs
from tests.writers.contract import find_logdir
from tests.writers.forms import COMPARISONS, exact
from tests.writers.registry import WRITERS
from tests.writers.table import PAGE, count_values, find_column, make_cells
from tests.writers.theirs import TheirSeries

pytestmark = pytest.mark.filterwarnings("default")  # the writers warn of their own


def case(*values: str) -> Any:
    """A case whose first value is a writer's name."""
    return pytest.param(*values, marks=[pytest.mark.peers] * WRITERS[values[0]].is_peer)


every_writer = pytest.mark.parametrize("name", [case(name) for name in WRITERS])
every_writer_and_kind = pytest.mark.parametrize(
    ("name", "kind"), [case(name, kind) for name, writer in WRITERS.items() for kind in writer.kinds]
)

Logdirs = Callable[[str], Path]


@dataclass(frozen=True)
class Read:
    """A run as both read it."""

    folder: Path
    ours: Run
    theirs: dict[str, TheirSeries]


Reads = Callable[[str], list[Read]]


@pytest.fixture(scope="module")
def logdir_by(tmp_path_factory: pytest.TempPathFactory) -> Logdirs:
    """A logdir by a writer, made once."""

    @cache
    def write(name: str) -> Path:
        for package in WRITERS[name].packages if WRITERS[name].is_peer else ():
            pytest.importorskip(package)
        return find_logdir(name, WRITERS[name], tmp_path_factory.mktemp(name))

    return write


@pytest.fixture(scope="module", params=SCANNERS)
def runs_by(logdir_by: Logdirs, request: pytest.FixtureRequest) -> Reads:
    """All runs by a writer, read once by each scanner."""

    @cache
    def read(name: str) -> list[Read]:
        folders = ours.list_run_folders(logdir_by(name))
        return [Read(folder, ours.read_run(folder, request.param), theirs.read_run(folder)) for folder in folders]

    return read


@every_writer
def test_every_record_is_read_and_none_is_damaged(runs_by: Reads, name: str):
    for run in runs_by(name):
        for health in run.ours.health:
            assert health.num_records == len(list(RawEventFileLoader(str(health.path)).Load()))
            assert health.problems == ()


@every_writer
def test_tags_and_their_metadata_are_theirs(runs_by: Reads, name: str):
    for run in runs_by(name):
        mine = {tag.name: (tag.kind, tag.plugin_name, tag.display_name, tag.description) for tag in run.ours.tags}
        assert mine == {tag: (series.kind, *series.words()) for tag, series in run.theirs.items()}


@every_writer
def test_the_kinds_are_those_that_are_compared(runs_by: Reads, name: str):
    found = {tag.kind for run in runs_by(name) for tag in run.ours.tags}

    assert found & COMPARISONS.keys() == set(WRITERS[name].kinds)


@every_writer
def test_steps_and_wall_times_are_theirs(runs_by: Reads, name: str):
    for run in runs_by(name):
        for tag, series in run.theirs.items():
            mine = run.ours.scalars[tag] if series.kind == "scalars" else run.ours.blobs(series.kind)[tag].places
            assert exact(mine.steps) == exact(np.array([point.step for point in series.points], dtype=np.int64))
            assert exact(mine.wall_times) == exact(np.array([point.wall_time for point in series.points]))


@every_writer
def test_what_counts_after_a_restart_is_what_their_accumulator_keeps(runs_by: Reads, name: str):
    for run in runs_by(name):
        kept = EventAccumulator(str(run.folder), size_guidance=dict.fromkeys(DEFAULT_SIZE_GUIDANCE, 0)).Reload()
        for tag in kept.Tags()["scalars"]:
            assert run.ours.scalars[tag].current().steps.tolist() == [point.step for point in kept.Scalars(tag)]
        for kind, get in {"histograms": kept.Histograms, "images": kept.Images, "audio": kept.Audio}.items():
            for tag in kept.Tags()[kind]:
                places = run.ours.blobs(kind)[tag].places
                assert places.steps[~places.is_superseded].tolist() == [point.step for point in get(tag)]


@every_writer
def test_blobs_are_the_bytes_that_were_written(runs_by: Reads, name: str):
    for run in runs_by(name):
        for tag, series in run.theirs.items():
            if series.kind != "scalars":
                places = run.ours.blobs(series.kind)[tag].places
                spans = zip(places.paths, places.offsets.tolist(), places.lengths.tolist(), strict=True)
                for span, point in zip(spans, series.points, strict=True):
                    assert point.is_same(read_blob(*span)), tag


@every_writer_and_kind
def test_values_are_theirs(runs_by: Reads, name: str, kind: str):
    for run in runs_by(name):
        for tag, series in run.theirs.items():
            if series.kind == kind:
                values = run.ours.scalars[tag].values if kind == "scalars" else run.ours.blobs(kind)[tag]
                for value, point in zip(values, series.points, strict=True):
                    mine, other = COMPARISONS[kind](value, point, series)
                    assert mine == other, tag


@every_writer
def test_load_of_the_logdir_has_as_many_values_of_each_kind(logdir_by: Logdirs, name: str):
    counts: Counter[str] = Counter()
    for run in load(logdir_by(name)).runs.values():
        for tag in run.tags:
            series = run.scalars[tag.name] if tag.kind == "scalars" else run.blobs(tag.kind)[tag.name]
            counts[find_column(tag.kind)] += len(series)

    assert counts == count_values(logdir_by(name))


@every_writer
def test_the_page_tells_what_was_compared(logdir_by: Logdirs, name: str):
    cells = make_cells(count_values(logdir_by(name)))

    (row,) = [line for line in PAGE.read_text().splitlines() if line.startswith(f"| {WRITERS[name].title} |")]
    assert row.endswith(f" | {cells} |")
