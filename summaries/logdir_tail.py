"""Follows logdirs while they are written to: what is new in them since the last look.

Files that are known are only asked for their size; folders only for the time of their last change, and all of the tree
is listed now and then, for file systems that do not tell. torch's sub-runs come as part of their run
(`summaries.folding`), and leave it again once they turn out to be runs of their own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from summaries.backlog import Backlog
from summaries.columns import Batch, FileHealth, FileState, Problem, Tag, make_batch, make_empty_columns
from summaries.facts import read_all
from summaries.files import is_event_file
from summaries.folding import Content, Fold, find_folds, may_be_folded
from summaries.kinds.hparams import EXPERIMENT_TAG, HPARAMS
from summaries.logdirs import AnyPath, find_run, parse_logdirs
from summaries.read_ahead import Reading, read_ahead
from summaries.reader import EventFileReader, make_empty_batch
from summaries.run import RunLog
from summaries.search import Search, Stamp
from summaries.walk import FolderProblem

_GONE = FileState("", b"", 0, 0, 0, 0, (), is_torn=False, tags=())


@dataclass(frozen=True)
class RunUpdate:
    """What is new in one event file.

    Attributes:
        run: The run: its folder's path relative to the logdir, separated by `/`, `.` for the logdir itself, after the
            logdir's name where it has one. A sub-run of torch comes under the run that it is folded into.
        path: The event file.
        batch: What was appended; nothing if the file is gone from the run.
        is_replaced: Whether what the file gave before is to be forgotten: it shrank, is another file now, or is gone.
        state: What a later `LogdirTail` needs to go on from here.
    """

    run: str
    path: Path
    batch: Batch
    is_replaced: bool
    state: FileState


@dataclass(eq=False)
class _File:
    """An event file that is followed.

    Attributes:
        run: The run of its folder.
        path: Where it is.
        reader: Reads it; None until it is read, to begin at `state`.
        tags: Its tags as of the last reading.
        state: The reader's state as of the last update that told of it; None if none did.
        stamp: The stamp of the file when all of it was told; None if it is to be read whatever its stamp is.
        fold: How that update was folded.
        failure: Why it could not be read at the last try; "" if it could.
        metrics: The metrics that its hparams declare, as of so many tags; None if nobody asked.
    """

    run: str
    path: Path
    reader: EventFileReader | None = None
    tags: tuple[Tag, ...] = ()
    state: FileState | None = None
    stamp: Stamp | None = None
    fold: Fold | None = None
    failure: str = ""
    metrics: tuple[int, frozenset[str]] | None = None

    def rewind(self) -> None:
        """Has the next reading begin where the last update ended."""
        self.reader, self.tags = None, () if self.state is None else self.state.tags

    def tell(self, reading: Reading, fold: Fold | None) -> RunUpdate:
        """An update with what was read of this file."""
        self.state, self.fold, batch = reading.state, fold, reading.batch
        self.stamp = None if batch is None else _make_stamp(reading.state)
        if batch is None:
            batch = self._make_failure(reading)
        if fold is not None:
            batch = replace(batch, tags=fold.move(batch.tags))
        return RunUpdate(
            fold.run if fold else self.run, self.path, batch, is_replaced=reading.is_replaced, state=self.state
        )

    def withdraw(self) -> RunUpdate:
        """Says that what was told of this file is void."""
        run = self.fold.run if self.fold else self.run
        self.state = self.stamp = None
        return RunUpdate(run, self.path, make_empty_batch(self.path), is_replaced=True, state=_GONE)

    def note_failure(self, reading: Reading) -> bool:
        """Whether there is something to tell: what was read, or why it could not be, once."""
        if isinstance(reading.error, FileNotFoundError):  # the next look will tell that it is gone
            return False
        reason = "" if reading.error is None else reading.error.strerror or str(reading.error)
        is_known, self.failure = bool(reason) and reason == self.failure, reason
        return not is_known

    def _make_failure(self, reading: Reading) -> Batch:
        state = reading.state
        problem = Problem(state.offset, f"could not be read: {self.failure}", 0)
        problems = (*state.problems, problem)
        health = FileHealth(self.path, state.offset, state.num_records, problems, state.is_torn)
        return make_batch(make_empty_columns(len(state.tags)), state.tags, health)


def _make_stamp(state: FileState) -> Stamp | None:
    return (state.identity, state.size, state.mtime_ns) if _is_whole(state) else None


def _is_whole(state: FileState) -> bool:
    """Whether all of a file was read, rather than the first slices of it."""
    return state.is_torn or state.offset >= state.size


def _count_left(reading: Reading) -> int:
    """Bytes of a file that this look has still to read."""
    state = reading.state
    return 0 if reading.batch is None or _is_whole(state) else state.size - state.offset


class LogdirTail:
    """Reads what is appended to the event files under some logdirs. Not thread-safe."""

    def __init__(
        self,
        logdir: AnyPath | Sequence[AnyPath],
        *,
        states: Mapping[Path, FileState] | None = None,
        is_finished: bool = False,
        is_wanted: Callable[[str], bool] = lambda run: True,
        walk_interval_secs: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Reads nothing yet; the folders need not exist.

        Args:
            logdir: The folder, or several, as `summaries.logdirs.parse_logdirs` takes them; runs are the folders below
                that hold event files.
            states: Where an earlier tail of the same logdirs stood, by file: only what is newer is read.
            is_finished: Whether the files have ended, so that an unfinished record is a problem.
            is_wanted: Tells by the name of a folder's run whether to read it.
            walk_interval_secs: How often the whole tree is listed for new files. `walk_soon` has it done at once.
            clock: Seconds, for the interval.

        Raises:
            ValueError: If `logdir` is not one.
        """
        self.logdirs = parse_logdirs(logdir)
        self._is_finished = is_finished
        self._is_wanted = is_wanted
        self._search = Search(self.logdirs, walk_interval_secs, clock)
        self._walk = self._search.walk
        self._files: dict[Path, _File] = {}
        self._by_run: dict[str, dict[Path, _File]] = {}
        for path, state in (states or {}).items():
            self._resume(path, state)
        self._backlog = Backlog({})
        self._folds = find_folds(self._by_run, self._find_content)
        for file in self._files.values():
            file.fold = self._folds.get(file.run)

    @property
    def problems(self) -> tuple[FolderProblem, ...]:
        """Folders that could not be looked into at the last look."""
        return self._walk.problems

    @property
    def share_read(self) -> float:
        """How much is read of the bytes that the last look found to be new: from 0 to 1, 0 for none. For any thread."""
        return self._backlog.share_read

    @property
    def num_bytes(self) -> tuple[int, int]:
        """How many of the new bytes that the last look found are read, and how many it found. For any thread."""
        backlog = self._backlog  # of one look, whatever another thread does meanwhile
        return backlog.num_bytes_read, backlog.num_bytes_found

    @property
    def tops(self) -> tuple[str, ...]:
        """The folders of this machine under which everything lies, for who wants to watch them."""
        return self._walk.tops

    @property
    def is_local(self) -> bool:
        """Whether all of it lay on file systems of this machine alone, which then can tell of each change."""
        return self._search.is_local

    def walk_soon(self) -> None:
        """Has the next `poll` list the whole tree, whatever the interval."""
        self._search.hurry()

    def poll(self) -> tuple[RunUpdate, ...]:
        """What is new since the last call, by run and file name; that of sub-runs comes last.

        A file that cannot be read is a problem of its health, and tried again at each call.
        """
        return tuple(self.iter_updates())

    def iter_updates(self, changed: Collection[str] | None = None) -> Iterator[RunUpdate]:
        """The same one by one, each as soon as it is read.

        Args:
            changed: Paths that changed since the last call, if that is known: only these are looked at.
        """
        self._backlog = Backlog({})
        gone = self._look(changed)
        yield from [file.withdraw() for file in gone if file.state is not None]
        due = self._find_due(changed)
        self._backlog = Backlog({file.path: size for file, size in due})
        untold = {file for file, _ in due}
        try:
            yield from self._iter_new(due, untold, has_news=bool(gone))
        finally:
            # Readers are ahead of what was told if the caller left, or a file vanished.
            for file in untold:
                file.rewind()

    def _iter_new(self, due: list[tuple[_File, int]], untold: set[_File], *, has_news: bool) -> Iterator[RunUpdate]:
        """Tells of what is new in some files, and of all that is folded or unfolded by it."""
        waiting: list[tuple[_File, Reading]] = []
        for reading in read_ahead([(self._open(file), size) for file, size in due], is_finished=self._is_finished):
            file = self._files[reading.reader.path]
            self._backlog.note(file.path, _count_left(reading))
            if not file.note_failure(reading):
                continue
            has_news |= reading.is_replaced or len(file.tags) != len(reading.state.tags)
            file.tags = reading.state.tags
            file.metrics = None if reading.is_replaced else file.metrics
            if file.fold is None and not may_be_folded(file.run, self._by_run):
                yield file.tell(reading, None)
                untold.difference_update([file] if _is_whole(reading.state) else [])
            else:
                waiting.append((file, reading))
        folds = find_folds(self._by_run, self._find_content) if has_news else self._folds
        for file, reading in waiting:
            yield from self._tell_late(file, reading, folds.get(file.run))
        untold.difference_update(file for file, _ in waiting)
        yield from self._refold(folds)

    def _look(self, changed: Collection[str] | None) -> list[_File]:
        """Looks for files; those that are gone since the last look."""
        unknown = None if changed is None else [name for name in changed if Path(name) not in self._files]
        before, self._walk = self._walk, self._search.look(unknown)
        if self._walk is before:
            return []
        runs = {path: run for run, path in self._walk.files if self._is_wanted(run)}
        gone = [file for path, file in self._files.items() if runs.get(path) != file.run]
        for file in gone:
            self._forget(file)
        for path in runs.keys() - self._files.keys():
            self._add(_File(runs[path], path))
        self._files = {path: self._files[path] for path in runs}
        return gone

    def _find_due(self, changed: Collection[str] | None) -> list[tuple[_File, int]]:
        """The files that changed since they were last read, in order, and how many bytes are new in each."""
        due: list[tuple[_File, int]] = []
        for file in self._find_asked(changed):
            try:
                stamp = self._search.find_stamp(file.path)
            except FileNotFoundError:
                continue
            except OSError:  # reading it will tell
                stamp = ("", 0, 0)
            if stamp != file.stamp:
                num_known = file.state.offset if file.state and file.state.identity == stamp[0] else 0
                due.append((file, max(stamp[1] - num_known, 0)))
        return due

    def _find_asked(self, changed: Collection[str] | None) -> list[_File]:
        """The files to look at, in order."""
        if changed is None:
            return list(self._files.values())
        if not changed:
            return [file for file in self._files.values() if file.state is None]
        paths = {Path(name) for name in changed}
        if any(is_event_file(path.name) and path not in self._files for path in paths):
            return list(self._files.values())  # a file that is known by the name of a link
        return [file for path, file in self._files.items() if path in paths or file.state is None]

    def _open(self, file: _File) -> EventFileReader:
        if file.reader is None:
            file.reader = EventFileReader(file.path, state=file.state, open_source=self._search.open_source)
        return file.reader

    def _add(self, file: _File) -> None:
        self._files[file.path] = self._by_run.setdefault(file.run, {})[file.path] = file

    def _forget(self, file: _File) -> None:
        del self._files[file.path]
        siblings = self._by_run[file.run]
        del siblings[file.path]
        if not siblings:
            del self._by_run[file.run]

    def _resume(self, path: Path, state: FileState) -> None:
        run = find_run(path, self.logdirs)
        self._add(_File(run, path, tags=state.tags, state=state, stamp=_make_stamp(state)))

    def _find_content(self, run: str) -> Content:
        files = self._by_run[run].values()
        keys = frozenset((tag.name, tag.kind) for file in files for tag in file.tags)
        return Content(keys, lambda: frozenset().union(*(self._read_metrics(file) for file in files)))

    def _read_metrics(self, file: _File) -> frozenset[str]:
        """The metrics that the hparams in a file declare; none if it cannot be read."""
        if file.metrics is not None and file.metrics[0] == len(file.tags):
            return file.metrics[1]
        log = RunLog()
        try:
            log.update(file.path, EventFileReader(file.path, open_source=self._search.open_source).read())
            experiments = read_all(log, HPARAMS, EXPERIMENT_TAG)
        except (OSError, EOFError):
            return frozenset()
        metrics = frozenset(metric.tag for experiment in experiments for metric in experiment.metrics)
        file.metrics = len(file.tags), metrics
        return metrics

    def _tell_late(self, file: _File, reading: Reading, fold: Fold | None) -> Iterator[RunUpdate]:
        """Tells of a file that is folded, or may be."""
        if file.state is None or file.fold == fold:
            yield file.tell(reading, fold)
        elif reading.is_replaced:
            yield file.withdraw()
            yield file.tell(replace(reading, is_replaced=False), fold)

    def _refold(self, folds: dict[str, Fold]) -> Iterator[RunUpdate]:
        """Tells of files anew, each in the run where it belongs now."""
        changed = [run for run in self._folds.keys() | folds.keys() if self._folds.get(run) != folds.get(run)]
        self._folds = folds
        for file in [file for run in sorted(changed) for file in self._by_run.get(run, {}).values()]:
            if file.fold == folds.get(file.run) or file.state is None:
                continue
            yield file.withdraw()
            file.rewind()
            for reading in read_ahead([(self._open(file), 0)], is_finished=self._is_finished):
                if file.note_failure(reading):
                    file.tags = reading.state.tags
                    yield file.tell(reading, folds.get(file.run))
