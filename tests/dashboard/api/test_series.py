"""What ``data/series`` draws of a store that changes meanwhile, and of ranges and clocks that make no sense."""

import itertools
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.api import wire
from dashboard.api.bodies import Window
from dashboard.api.clients import Client
from dashboard.api.curves import Curves, Wanted, iter_drawn
from dashboard.queries.positions import XAxis
from dashboard.store.memory import MemoryStore
from summaries import LogdirTail
from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import Summary
from summaries.records import frame


def test_run_that_vanishes_while_others_are_drawn_is_left_out(write_run: Callable[..., Path], tmp_path: Path) -> None:
    for name in "abc":
        write_run(name, {"loss": [1.0]})
    store, tail = MemoryStore(), LogdirTail(tmp_path, walk_interval_secs=0)

    def reload() -> None:
        for update in tail.poll():
            store.append(update)

    reload()
    drawn = iter_drawn(store, ["a", "b", "c"], ["loss"], Window("step", 100, -math.inf, math.inf, 0.0))

    runs = [next(drawn).run]
    shutil.rmtree(tmp_path / "b")
    reload()
    runs.extend(one.run for one in drawn)

    assert runs == [0, 2]


EDGES = (math.nan, math.inf, -math.inf, 1e308, -1e308, 1e18, 150.5, -5.0)
CLOCKS = (math.nan, 1e308, -1e308, math.inf, 0.0)


@pytest.mark.parametrize("x_axis", ["step", "relative", "wall"])
def test_no_range_and_no_clock_is_an_error(tmp_path: Path, x_axis: XAxis) -> None:
    with open(tmp_path / "tfevents", "wb") as file:
        for row in range(300):
            value = Summary.Value(tag="loss", simple_value=(math.nan, math.inf)[row % 2] if row % 7 == 3 else row)
            wall_time = CLOCKS[row // 10 % len(CLOCKS)] if row % 10 == 0 else 1e9 + row
            event = Event(step=row * 7919 % 300, wall_time=wall_time, summary=Summary(value=[value]))
            file.write(frame(event.SerializeToString()))
    store = MemoryStore()
    for update in LogdirTail(tmp_path).poll():
        store.append(update)

    for start, stop, width_px, weight in itertools.product(EDGES, EDGES, (1, 40, 8192), (0.0, 0.99)):
        drawn = list(iter_drawn(store, ["."], ["loss"], Window(x_axis, width_px, start, stop, weight)))
        assert wire.encode(drawn, 1)
        assert json.dumps([wire.to_json(one) for one in drawn], allow_nan=False)


WINDOWS = (Window("step", 100, -math.inf, math.inf, 0.0), Window("wall", 2, 0.0, 1001.0, 0.6))


def test_curves_that_were_drawn_before_are_those_that_would_be_drawn_now(
    write_run: Callable[..., Path], tmp_path: Path
) -> None:
    for name in "abc":
        write_run(name, {"loss": [3.0, math.nan, 1.0], "accuracy": [0.1]})
    store, tail = MemoryStore(), LogdirTail(tmp_path, walk_interval_secs=0)
    curves = Curves(store)

    for grown in ("", "b", "", "c"):
        if grown:
            write_run(grown, {"loss": [0.5]}, first_step=3)
        for update in tail.poll():
            store.append(update)
        version = store.version()
        for runs, tags in (("abc", ["loss"]), ("cb", ["accuracy", "loss"]), ("abc", ["loss"])):
            for window, since in itertools.product(WINDOWS, (0, version - 1)):
                drawn = list(iter_drawn(store, runs, tags, window, since))
                wanted = Wanted(tuple(runs), tuple(tags), window, since, "drawn")
                assert curves.answer(wanted, version, Client()) == wire.encode(drawn, version)
