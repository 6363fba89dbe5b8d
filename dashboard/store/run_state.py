"""One run as its files grow: its columns, what is counted of them, and what it says of itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from dashboard.store.facts import Records, has_records
from dashboard.store.listing import TagNames
from dashboard.store.protocol import RunFacts
from dashboard.store.tally import Tally, add_tallies
from summaries import Facts, FileState, RunLog, RunUpdate, Tag
from summaries.run import FileLog


class RunState:
    """One run. `lock` guards all of it but the name.

    Attributes:
        name: The run's name.
        lock: Held by whoever reads or changes the rest.
        log: The columns of each file.
        states: Where reading each file stands.
        tallies: What is counted of each file.
        tags: Kind and name of all tags.
        kinds: All kinds.
        read_facts: Gives what the run says of itself.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = threading.Lock()
        self.log = RunLog()
        self.states: dict[Path, FileState] = {}
        self.tallies: dict[Path, Tally] = {}
        self.tags: TagNames = frozenset()
        self.kinds: frozenset[str] = frozenset()
        self.read_facts: Callable[[], Facts] = Facts
        self.records = Records()

    def append(self, update: RunUpdate) -> None:
        """Takes in what one read of one event file brought."""
        path, batch = update.path, update.batch
        before = self.log.files.get(path)
        num_tags = -1 if before is None or update.is_replaced else len(before.tags)
        self.log.update(path, batch, is_replaced=update.is_replaced)
        file = self.log.files.get(path)
        if file is None:
            self.states.pop(path, None)
            self.tallies.pop(path, None)
        else:
            tally = Tally() if update.is_replaced else self.tallies.get(path, Tally())
            self.tallies[path] = tally.counting(batch)
            self.states[path] = update.state
        # A file's tags only ever grow in number, so most batches need no look at all of them.
        if file is None or len(file.tags) != num_tags:
            self.tags, self.kinds = name_tags(self.log.tags)
        if update.is_replaced or (file is not None and has_records(batch, file)):
            self.note_records()

    def note_records(self) -> None:
        """Reads the records of the run as a whole that are new."""
        facts = self.records.read_facts(self.log)
        self.read_facts = lambda: facts

    def put(
        self, path: Path, file: FileLog, state: FileState, tally: Tally, names: tuple[TagNames, frozenset[str]]
    ) -> None:
        """Has a file be as it was in an earlier process; `names` is what `name_tags` says of its tags."""
        self.log.put(path, file)
        self.states[path], self.tallies[path] = state, tally
        if len(self.states) == 1:
            self.tags, self.kinds = names
        else:
            self.tags, self.kinds = self.tags | names[0], self.kinds | names[1]

    def make_facts(self, version: int) -> RunFacts:
        """What there is to say of the run now."""
        tally = add_tallies(self.tallies.values())
        return RunFacts(
            name=self.name,
            version=version,
            first_wall_time=tally.first_wall_time,
            last_wall_time=tally.last_wall_time,
            num_points=tally.num_points,
            kinds=self.kinds,
            files=self.log.health,
            last_change=max((state.mtime_ns for state in self.states.values()), default=0) / 1e9,
            read_facts=self.read_facts,
        )


def name_tags(tags: tuple[Tag, ...]) -> tuple[TagNames, frozenset[str]]:
    """Kind and name of each, and all kinds."""
    return frozenset((tag.kind, tag.name) for tag in tags), frozenset(tag.kind for tag in tags)
