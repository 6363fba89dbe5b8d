"""Tallies of series, made as rows come, say what NumPy says of the whole series."""

from __future__ import annotations

import math
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.store.protocol import LogStore
from dashboard.store.series_tally import TalliesError, decode_tallies
from dashboard.store.sqlite import SqliteStore
from summaries import LogdirTail, SummaryWriter, load
from summaries.proto.event_pb2 import Event, SessionLog
from summaries.records import frame

FINITE = ("sums", "mins", "min_steps", "maxima", "max_steps")


def tell(store: LogStore, run: str) -> dict[str, dict[str, float]]:
    """What the store counted of each tag; of values only where one is finite."""
    found = store.tallies(run)
    told = {}
    for row, tag in enumerate(found.tags):
        names = ("num_points", "num_finite", "lasts", "first_steps", "last_steps")
        finite = FINITE if found.tallies.num_finite[row] else ()
        told[tag] = {name: getattr(found.tallies, name)[row] for name in (*names, *finite)}
    return told


def expect(logdir: Path, run: str) -> dict[str, dict[str, float]]:
    """The same, from all points as `load` has them."""
    told = {}
    for tag, whole in load(logdir).runs[run].scalars.items():
        series = whole.current()
        if not len(series):
            continue
        is_finite = np.isfinite(series.values)
        values, steps = series.values[is_finite], series.steps[is_finite]
        told[tag] = {
            "num_points": len(series), "num_finite": len(values), "lasts": series.values[-1],
            "first_steps": series.steps[0], "last_steps": series.steps[-1],
        }  # fmt: skip
        if len(values):
            told[tag] |= {
                "sums": pytest.approx(values.sum(), abs=1e-9), "mins": values.min(), "maxima": values.max(),
                "min_steps": steps[values.argmin()], "max_steps": steps[values.argmax()],
            }  # fmt: skip
    return told


def write_some(chance: random.Random, writer: SummaryWriter, first_step: int) -> None:
    for tag in chance.sample(["loss", "acc", "val/loss"], 2):
        for step in range(first_step, first_step + chance.randrange(1, 30)):
            value = chance.choice([math.nan, math.inf, -math.inf, 1.5, -2.0, chance.gauss(0, 1), chance.gauss(0, 1)])
            writer.add_scalar(tag, value, step, double_precision=True)
    writer.add_histogram("weights", [1.0, 2.0], first_step)


@pytest.mark.parametrize("seed", range(3))
def test_tallies_are_those_of_the_whole_series(tmp_path: Path, follower: Any, seed: int) -> None:
    """Files that grow, go on, begin again at an earlier step, or say that they do."""
    chance = random.Random(seed)
    step = 0
    for number in range(4):
        with SummaryWriter(tmp_path / "a", filename_suffix=f".{number}") as writer:
            for _ in range(3):
                write_some(chance, writer, step)
                writer.flush()
                store = follower.reload()
                assert_equal(tell(store, "a"), expect(tmp_path, "a"))
                step += chance.choice([30, 30, -10])
        if number == 2:
            say_that_it_begins_again(tmp_path / "a", step - 35)
        step = max(0, step)


def assert_equal(told: dict[str, dict[str, float]], expected: dict[str, dict[str, float]]) -> None:
    assert told.keys() == expected.keys()
    for tag, facts in expected.items():
        for name, value in facts.items():
            is_nan = isinstance(value, float) and math.isnan(value)
            assert told[tag][name] == value or (is_nan and math.isnan(told[tag][name])), (tag, name)


def say_that_it_begins_again(run: Path, step: int) -> None:
    last = max(run.iterdir())
    event = Event(wall_time=2e9, step=max(0, step), session_log=SessionLog(status=SessionLog.START))
    with last.open("ab") as file:
        file.write(frame(event.SerializeToString()))


def test_sum_beyond_the_largest_float_is_infinite(tmp_path: Path, follower: Any) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        for step in range(3):
            writer.add_scalar("loss", 1.7e308, step, double_precision=True)

    found = follower.reload().tallies("a").tallies

    assert (found.sums[0], found.maxima[0]) == (math.inf, 1.7e308)


def test_run_without_scalars_has_no_tallies(tmp_path: Path, follower: Any) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_histogram("weights", [1.0], 0)
    store = follower.reload()

    assert store.tallies("a").tags == ()
    with pytest.raises(KeyError, match="no run 'b'"):
        store.tallies("b")


def test_replaced_file_counts_anew(tmp_path: Path, write_run: Callable[..., Path], follower: Any) -> None:
    (file,) = write_run("a", {"loss": [1.0, 9.0]}).iterdir()
    follower.reload()
    file.unlink()
    write_run("a", {"loss": [5.0]})

    found = follower.reload().tallies("a").tallies

    assert (found.num_points.tolist(), found.maxima.tolist()) == ([1], [5.0])


def test_damaged_tallies_are_counted_from_the_event_files(
    tmp_path: Path, write_run: Callable[..., Path], open_sqlite: Callable[[], SqliteStore]
) -> None:
    write_run("a", {"loss": [1.0, 9.0]})
    store = open_sqlite()
    for update in LogdirTail(tmp_path).poll():
        store.append(update)
    path = store._path
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE files SET series_tallies = x'1234'")
    connection.close()
    store = open_sqlite()

    found = store.tallies("a").tallies

    assert found.maxima.tolist() == [9.0]
    assert "damaged tallies" in store.remarks()[0]
    store.close()


@pytest.mark.parametrize("data", [b"", b"x", b"x\x9cK\x04\x00\x00b\x00b"])
def test_other_bytes_are_no_tallies(data: bytes) -> None:
    with pytest.raises(TalliesError, match="tallies must be"):
        decode_tallies(data)
