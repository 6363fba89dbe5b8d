"""What is known of all runs: their facts, their tags, and the versions that tell what is new."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from dashboard.store.protocol import RunFacts

TagNames = frozenset[tuple[str, str]]
"""Kind and name of each tag of a run."""


class Listing:
    """Runs and tags as the pages list them. Thread-safe; its lock is only held for a look-up or a change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts: dict[str, RunFacts] = {}  # in the order of their versions
        self._tags: dict[str, TagNames] = {}
        self._tags_versions: dict[str, int] = {}
        self._sorted_facts: tuple[RunFacts, ...] | None = ()
        self._runs_by_tag: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self.version = 0
        self.tags_version = 0

    def put(self, name: str, tags: TagNames, make_facts: Callable[[int, int], RunFacts]) -> None:
        """Lists a run as it is now; `make_facts` is given its new version and that of its last new tag."""
        with self._lock:
            self.version += 1
            if self._tags.get(name) != tags:
                self._tags[name] = tags
                self._tags_versions[name] = self.version
                self._note_tags()
            self._facts.pop(name, None)
            self._facts[name] = make_facts(self.version, self._tags_versions[name])
            self._sorted_facts = None

    def remove(self, name: str) -> None:
        """Lists a run no more."""
        with self._lock:
            self.version += 1
            for known in (self._facts, self._tags, self._tags_versions):
                known.pop(name, None)
            self._sorted_facts = None
            self._note_tags()

    def _note_tags(self) -> None:
        self.tags_version = self.version
        self._runs_by_tag = {}

    def runs(self) -> tuple[RunFacts, ...]:
        """All runs, the newest first; those without a point yet come before."""
        with self._lock:
            if self._sorted_facts is None:
                self._sorted_facts = tuple(sorted(self._facts.values(), key=_by_age))
            return self._sorted_facts

    def runs_since(self, version: int) -> tuple[RunFacts, ...]:
        """The runs that changed after a version, the latest change first; what did not change costs nothing."""
        with self._lock:
            latest_first = reversed(self._facts.values())
            return tuple(itertools.takewhile(lambda run: run.version > version, latest_first))

    def find_runs(self, names: Iterable[str]) -> tuple[RunFacts, ...]:
        """Those of some runs that are listed, in the same order."""
        with self._lock:
            return tuple(self._facts[name] for name in names if name in self._facts)

    def tags(self, kind: str, since: int = 0) -> Mapping[str, tuple[str, ...]]:
        """Tags of a kind, sorted, each with the names of the runs that have it, sorted too.

        Args:
            kind: The kind.
            since: Only runs that got a tag after this version.
        """
        with self._lock:
            if since:
                return self._collect(kind, since)
            if kind not in self._runs_by_tag:
                self._runs_by_tag[kind] = self._collect(kind)
            return self._runs_by_tag[kind]

    def _collect(self, kind: str, since: int = -1) -> Mapping[str, tuple[str, ...]]:
        runs_by_tags: dict[TagNames, list[str]] = {}  # runs of one program have the same tags
        for run, tags in self._tags.items():
            if self._tags_versions[run] > since:
                runs_by_tags.setdefault(tags, []).append(run)
        runs_by_tag: dict[str, list[str]] = {}
        for tags, runs in runs_by_tags.items():
            for tag_kind, tag in tags:
                if tag_kind == kind:
                    runs_by_tag.setdefault(tag, []).extend(runs)
        return MappingProxyType({tag: tuple(sorted(runs_by_tag[tag])) for tag in sorted(runs_by_tag)})


def _by_age(run: RunFacts) -> tuple[float, str]:
    return math.inf if math.isnan(run.first_wall_time) else -run.first_wall_time, run.name
