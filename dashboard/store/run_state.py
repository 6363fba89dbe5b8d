"""One run as its files grow: its columns, what is counted of them, and what it says of itself."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dashboard.store.facts import Records, has_records
from dashboard.store.listing import TagNames
from dashboard.store.protocol import FileFacts, RunFacts
from dashboard.store.series_tally import FileTallies, RunTallies, follow_files
from dashboard.store.tally import Tally, add_tallies, count_batch
from summaries import Facts, FileState, RunLog, RunUpdate, Tag
from summaries.run import FileLog


@dataclass(frozen=True)
class Names:
    """What the tags of a run are called.

    Attributes:
        tags: Kind and name of each.
        kinds: All kinds.
        folded_from: The sub-runs that they were folded from.
    """

    tags: TagNames = frozenset()
    kinds: frozenset[str] = frozenset()
    folded_from: frozenset[str] = frozenset()

    def with_others(self, others: Names) -> Names:
        """These and others; the others themselves where there are none yet, so that runs share what is equal."""
        if not self.tags:
            return others
        return Names(self.tags | others.tags, self.kinds | others.kinds, self.folded_from | others.folded_from)


class RunState:
    """One run. `lock` guards all of it but the name.

    Attributes:
        name: The run's name.
        lock: Held by whoever reads or changes the rest.
        log: The columns of each file.
        states: Where reading each file stands.
        tallies: What is counted of each file.
        series_tallies: What is counted of each scalar tag of each file.
        names: What all its tags are called.
        read_facts: Gives what the run says of itself.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = threading.Lock()
        self.log = RunLog()
        self.states: dict[Path, FileState] = {}
        self.tallies: dict[Path, Tally] = {}
        self.series_tallies: dict[Path, FileTallies] = {}
        self.names = Names()
        self.read_facts: Callable[[], Facts] = Facts
        self.records = Records()
        self._tally = Tally()
        self._num_tags: dict[Path, int] = {}
        self._last_change_ns = 0

    def append(self, update: RunUpdate) -> None:
        """Takes in what one read of one event file brought."""
        path, batch = update.path, update.batch
        self.log.update(path, batch, is_replaced=update.is_replaced)
        file = self.log.files.get(path)
        if update.is_replaced or file is None:
            self._count_anew(update, file)
        else:
            counted = count_batch(batch)
            self.tallies[path] = add_tallies([self.tallies.get(path, Tally()), counted])
            self._tally = add_tallies([self._tally, counted])
            # A file's tags only ever grow in number, so most batches need no look at them.
            if len(file.tags) != self._num_tags.get(path):
                self.names = self.names.with_others(name_tags(file.tags))
        if file is not None:
            self.states[path], self._num_tags[path] = update.state, len(file.tags)
            self._last_change_ns = max(self._last_change_ns, update.state.mtime_ns)
        if update.is_replaced or (file is not None and has_records(batch, file)):
            self.note_records()
        if file is not None:
            self.series_tallies.setdefault(path, FileTallies()).add(batch, file.tags)

    def _count_anew(self, update: RunUpdate, file: FileLog | None) -> None:
        """Counts all files, after one was replaced or went away."""
        for known in (self.states, self.tallies, self.series_tallies, self._num_tags):
            known.pop(update.path, None)
        if file is not None:
            self.tallies[update.path] = count_batch(update.batch)
        self._tally = add_tallies(self.tallies.values())
        self._last_change_ns = max((state.mtime_ns for state in self.states.values()), default=0)
        self.names = name_tags(self.log.tags)

    @property
    def tags(self) -> TagNames:
        """Kind and name of all tags."""
        return self.names.tags

    def note_records(self) -> None:
        """Reads the records of the run as a whole that are new."""
        facts = self.records.read_facts(self.log)
        self.read_facts = lambda: facts

    def put(
        self, path: Path, file: FileLog, state: FileState, tally: Tally, series_tallies: FileTallies, names: Names
    ) -> None:
        """Has a file be as it was in an earlier process; `names` is what `name_tags` says of its tags."""
        self.series_tallies[path] = series_tallies
        self.log.put(path, file)
        self.states[path], self.tallies[path], self._num_tags[path] = state, tally, len(file.tags)
        self._last_change_ns = max(self._last_change_ns, state.mtime_ns)
        self._tally = add_tallies([self._tally, tally])
        self.names = self.names.with_others(names)

    def count_series_anew(self) -> None:
        """Counts each scalar tag of each file from the rows, all of which are in memory."""
        self.series_tallies = {path: FileTallies() for path in self.log.files}
        for path, file in self.log.files.items():
            self.series_tallies[path].add(file.take(), file.tags)

    def tally_series(self) -> RunTallies:
        """What is counted of each scalar tag; where `is_restarted` it may be wrong."""
        return follow_files([self.series_tallies[path] for path in self.log.files if path in self.series_tallies])

    def make_facts(self, version: int, tags_version: int) -> RunFacts:
        """What there is to say of the run now."""
        return RunFacts(
            name=self.name,
            version=version,
            first_wall_time=self._tally.first_wall_time,
            last_wall_time=self._tally.last_wall_time,
            num_points=self._tally.num_points,
            kinds=self.names.kinds,
            files=self.log.health,
            last_change=self._last_change_ns / 1e9,
            tags_version=tags_version,
            folded_from=tuple(sorted(self.names.folded_from)),
            read_facts=self.read_facts,
        )

    def iter_files(self) -> Iterator[FileFacts]:
        """What there is to say of each file now, by path."""
        for path, file in self.log.files.items():
            if file.health is not None:
                state = self.states.get(path)
                num_bytes = max(file.health.num_bytes_read, state.size if state else 0)
                yield FileFacts(self.name, file.health, num_bytes, _count_values(file))


def _count_values(file: FileLog) -> dict[str, int]:
    """Values of each kind."""
    extent, counts = file.extent, Counter[str]()
    for column in (extent.num_rows, extent.num_blob_rows):
        for tag, num_values in zip(file.tags, column.tolist(), strict=False):  # tags without a value may come last
            counts[tag.kind] += num_values
    return dict(+counts)


def name_tags(tags: tuple[Tag, ...]) -> Names:
    """What some tags are called."""
    return Names(
        tags=frozenset((tag.kind, tag.name) for tag in tags),
        kinds=frozenset(tag.kind for tag in tags),
        folded_from=frozenset(tag.folded_from for tag in tags if tag.folded_from),
    )
