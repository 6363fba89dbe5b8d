"""The list of runs as JSON: the part of a run is made once a version of it, so that 10,000 runs cost a copy.

A list *since* a version tells what the list of that version lacks: the runs that changed, also those that stalled, of
which no file tells, and the names of those that are gone.
"""

from __future__ import annotations

import itertools
import math
import threading
from dataclasses import dataclass
from typing import Any

from dashboard.api.answers import encode_json, or_null
from dashboard.health import describe_problems
from dashboard.store.protocol import LogStore, RunFacts
from dashboard.store.slots import Slots

MAX_GONE = 10_000
NUM_NEWEST = 300
"""What a page selects of a list that it sees for the first time."""
MAX_SENTENCES = 20


@dataclass(frozen=True)
class Listed:
    """The runs of an answer.

    Attributes:
        version: The store's version.
        revision: Grows with each change of the list.
        num_runs: All there are, listed or not.
        since: The version since which changes are listed; 0 where all runs are.
        runs: JSON of the listed runs, the newest first, with commas between.
        gone: Names of runs that were listed at `since` and are no more.
        newest: Names of the first runs of the whole list, `NUM_NEWEST` at most.
    """

    version: int
    revision: int
    num_runs: int
    since: int
    runs: bytes
    gone: list[str]
    newest: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    """A run as it is listed.

    Attributes:
        facts: What was known.
        slot: Its colour.
        changed: The store's version when that was listed, or when it stalled or got another slot.
        stalls_at: When its state will be another one; infinite for never.
        content: JSON.
    """

    facts: RunFacts
    slot: int
    changed: int
    stalls_at: float
    content: bytes


class RunList:
    """The list of the runs of a store. Safe to use from any thread."""

    def __init__(self, store: LogStore, slots: Slots) -> None:
        self._store, self._slots = store, slots
        self._is_settled = False
        self._lock = threading.Lock()
        self._parts: dict[str, _Part] = {}  # the newest run first
        self._whole = b""
        self._version = self._revision = -1
        self._next_stall = math.inf
        self._gone: dict[str, int] = {}  # the version at which each was missed, rising
        self._complete_since = 0

    def read(self, since: int, now: float, *, is_settled: bool = True) -> Listed:
        """The runs that changed after a version.

        Args:
            since: The version of an earlier answer; 0 for all runs. One that is not known any more counts as 0.
            now: Seconds since the epoch, UTC.
            is_settled: Whether the logdir was looked at to the end; before, colours of new runs may still change.
        """
        with self._lock:
            self._refresh(now, is_settled)
            if not self._complete_since <= since <= self._version:
                since = 0
            runs, gone = self._whole, []
            if since:
                runs = b",".join(part.content for part in self._parts.values() if part.changed > since)
                gone = [name for name, version in self._gone.items() if version > since]
            newest = tuple(itertools.islice(self._parts, NUM_NEWEST))
            return Listed(self._version, self._revision, len(self._parts), since, runs, gone, newest)

    def _refresh(self, now: float, is_settled: bool) -> None:
        version = self._store.version()
        if version == self._version and now <= self._next_stall and is_settled == self._is_settled:
            return
        before, runs = self._parts, self._store.runs()
        slots = self._slots.assign(runs, is_settled=is_settled)
        self._parts = {run.name: self._list(run, before.get(run.name), version, now, slots[run.name]) for run in runs}
        self._note_gone([name for name in before if name not in self._parts], version)
        self._next_stall = min((part.stalls_at for part in self._parts.values()), default=math.inf)
        self._whole = b",".join([part.content for part in self._parts.values()])
        self._version, self._revision, self._is_settled = version, self._revision + 1, is_settled

    def _list(self, run: RunFacts, before: _Part | None, version: int, now: float, slot: int) -> _Part:
        is_same = before is not None and before.facts is run
        if before is not None and is_same and before.slot == slot and now <= before.stalls_at:
            return before
        stalls_at = run.stalls_at
        content = encode_json(run_to_json(run, now) | {"slot": slot})
        return _Part(
            run, slot, version + 1 if is_same else run.version, stalls_at if now <= stalls_at else math.inf, content
        )

    def _note_gone(self, names: list[str], version: int) -> None:
        for name in [name for name in self._gone if name in self._parts]:
            del self._gone[name]
        for name in names:
            self._gone.pop(name, None)
            self._gone[name] = version
        while len(self._gone) > MAX_GONE:
            self._complete_since = self._gone.pop(next(iter(self._gone)))


def run_to_json(run: RunFacts, now: float) -> dict[str, Any]:
    """A run in the list; times that are not known yet are null.

    `state` is that of now; a run that runs counts as stalled after `stalls_at`, if nothing is heard of it until then,
    or its state as unknown if it logs none.
    """
    problems = [problem for health in run.files for problem in describe_problems(health)]
    info = run.facts.info
    return {
        "name": run.name,
        "version": run.version,
        "first_wall_time": or_null(run.first_wall_time),
        "last_wall_time": or_null(run.last_wall_time),
        "num_points": run.num_points,
        "kinds": sorted(run.kinds),
        "num_problems": len(problems),
        "problems": problems[:MAX_SENTENCES],
        "state": run.state_at(now),
        "stalls_at": or_null(run.stalls_at),
        "display_name": info.name,
        "group": info.group,
        "tags": info.tags,
        "folded_from": run.folded_from,
    }
