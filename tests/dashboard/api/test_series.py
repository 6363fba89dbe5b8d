"""What ``data/series`` draws of a store that changes meanwhile."""

import math
import shutil
from collections.abc import Callable
from pathlib import Path

from dashboard.api.series import Window, iter_drawn
from dashboard.store.memory import MemoryStore
from summaries import LogdirTail


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
