"""A logdir in which everything happens, a store that writes its index meanwhile, and readers that ask all the time."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.store.indexer import Pace
from dashboard.store.sqlite import SqliteStore
from summaries import LogdirTail, load
from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import HistogramProto, Summary
from summaries.records import frame

AT_ONCE = Pace(idle_secs=0, first_view_secs=0, quiet_secs=0, max_rows_in_memory=50)


class Churn:
    """Event files that grow, are replaced, cut and removed, by chance."""

    def __init__(self, logdir: Path, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._paths = [logdir / f"run_{run}" / f"events.out.tfevents.{file}" for run in range(4) for file in range(2)]
        self._step = 0

    def go_on(self) -> None:
        """Does one thing to one file."""
        path = self._paths[self._random.integers(len(self._paths))]
        path.parent.mkdir(parents=True, exist_ok=True)
        chance = self._random.random()
        if chance < 0.8 or not path.exists():
            with open(path, "ab") as file:
                file.write(b"".join(self._make_record() for _ in range(self._random.integers(1, 8))))
        elif chance < 0.88:
            path.with_name("new").write_bytes(self._make_record())
            path.with_name("new").replace(path)
        elif chance < 0.94:
            path.unlink()
        elif chance < 0.97:
            shutil.rmtree(path.parent)
        else:
            os.truncate(path, path.stat().st_size // 2)

    def _make_record(self) -> bytes:
        self._step += 1
        tag = "ab"[self._random.integers(2)]
        values = [
            Summary.Value(tag=tag, simple_value=self._step),
            Summary.Value(tag="h", histo=HistogramProto(min=self._step)),
        ]
        event = Event(step=self._step, wall_time=1e9 + self._step, summary=Summary(value=values))
        return frame(event.SerializeToString())


def ask(store: SqliteStore, is_done: threading.Event, errors: list[Exception]) -> None:
    """Asks for every series again and again."""
    while not is_done.is_set():
        for tag, runs in store.tags("scalars").items():
            for run in runs:
                try:
                    store.series(run, tag)
                except KeyError:  # it went away between the two questions
                    continue
                except Exception as error:  # noqa: BLE001 a thread's error is to reach the test
                    errors.append(error)
                    return


def listed(columns: object) -> dict[str, list[Any]]:
    return {name: list(column) for name, column in vars(columns).items()}


@pytest.mark.parametrize("seed", range(3))
def test_store_tells_what_the_files_say_whatever_happens_to_them(tmp_path: Path, seed: int) -> None:
    logdir, path = tmp_path / "runs", tmp_path / "index.sqlite"
    churn, is_done, errors = Churn(logdir, seed), threading.Event(), []
    for _ in range(3):
        store = SqliteStore(path, "runs", pace=AT_ONCE)
        tail = LogdirTail(logdir, states=store.states())
        store.start()
        is_done.clear()
        asking = threading.Thread(target=ask, args=(store, is_done, errors))
        asking.start()
        for _ in range(60):
            churn.go_on()
            tail.walk_soon()
            for update in tail.poll():
                store.append(update)

        expected = load(logdir).runs
        assert {run.name for run in store.runs()} == set(expected)
        for name, run in expected.items():
            for tag, series in run.scalars.items():
                assert listed(store.series(name, tag)) == listed(series)
            for tag, blobs in run.histograms.items():
                assert listed(store.blobs(name, tag, "histograms")) == listed(blobs.places)
        is_done.set()
        asking.join()
        store.close()
        assert errors == []
        assert store.remarks() == ()
