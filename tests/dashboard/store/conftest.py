"""Every member of the contract `LogStore`, each following a real logdir."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.store.indexer import Pace
from dashboard.store.memory import MemoryStore
from dashboard.store.protocol import LogStore
from dashboard.store.sqlite import SqliteStore
from summaries import LogdirTail

NEVER = Pace(idle_secs=1e9, first_view_secs=1e9)


class Follower:
    """A store, and the tail that fills it when told to."""

    def __init__(self, logdir: Path, open_store: Callable[[], LogStore]) -> None:
        self.logdir, self.open_store = logdir, open_store
        self.open()

    def open(self) -> None:
        self.store = self.open_store()
        self.tail = LogdirTail(self.logdir, states=self.store.states(), walk_interval_secs=0)

    def reload(self) -> LogStore:
        """Has the store know of all that is in the logdir now."""
        for update in self.tail.poll():
            self.store.append(update)
        return self.store


class WritingFollower(Follower):
    """Has all rows in the index after each reload."""

    def reload(self) -> LogStore:
        super().reload()
        while self.store.write(all_of_it=True):
            pass
        return self.store


class RestartingFollower(Follower):
    """Ends and starts again after each reload."""

    def reload(self) -> LogStore:
        super().reload()
        self.store.close()
        self.open()
        return super().reload()


@pytest.fixture
def open_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], SqliteStore]:
    """Opens a store whose index is written only when told to; the same index each time."""
    path = tmp_path_factory.mktemp("indexes") / "index.sqlite"
    return lambda: SqliteStore(path, "logdir", pace=NEVER)


@pytest.fixture(params=["memory", "sqlite not written yet", "sqlite written", "sqlite started again"])
def follower(
    request: pytest.FixtureRequest, tmp_path: Path, open_sqlite: Callable[[], SqliteStore]
) -> Iterator[Follower]:
    """A follower of `tmp_path`, one of each kind."""
    kinds = {"memory": Follower, "sqlite not written yet": Follower, "sqlite written": WritingFollower}
    open_store = MemoryStore if request.param == "memory" else open_sqlite
    follower = kinds.get(request.param, RestartingFollower)(tmp_path, open_store)
    yield follower
    follower.store.close()
