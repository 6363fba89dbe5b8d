"""What the store with an index adds: what lies where, and what happens when the index is not what it should be."""

from __future__ import annotations

import dataclasses
import gc
import logging
import shutil
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.store import schema
from dashboard.store.index import MIN_ROWS
from dashboard.store.indexer import Pace
from dashboard.store.memory import MemoryStore
from dashboard.store.opening import open_store
from dashboard.store.sqlite import SqliteStore
from summaries import LogdirTail, SummaryWriter, load

SCALAR_CHUNKS = f"FROM chunks JOIN tags ON tags.id = {schema.SELECT_TAG} WHERE kind = 'scalars'"
NEVER = Pace(idle_secs=1e9, first_view_secs=1e9)


class Board:
    """A store with an index, the tail that fills it, and a log of its own."""

    def __init__(self, folder: Path) -> None:
        self.logdir, self.path = folder / "runs", folder / "index.sqlite"
        self.store = self.start()

    def start(self, **options: Any) -> SqliteStore:
        self.store = SqliteStore(self.path, "runs", **{"pace": NEVER, **options})
        self.tail = LogdirTail(self.logdir, states=self.store.states(), walk_interval_secs=0)
        return self.store

    def log(self, num_points: int, run: str = "a", tag: str = "loss", first_step: int = 0) -> None:
        """Logs points of one tag, and has the store take them in."""
        with SummaryWriter(self.logdir / run, filename_suffix=f".{first_step:06d}") as writer:
            for step in range(first_step, first_step + num_points):
                writer.add_scalar(tag, step / 7, step, walltime=float(step))
        self.reload()

    def reload(self) -> int:
        """Takes in what is new; how many updates that were."""
        updates = self.tail.poll()
        for update in updates:
            self.store.append(update)
        return len(updates)

    def write(self) -> None:
        """Has all rows in the index."""
        while self.store.write(all_of_it=True):
            pass

    def query(self, question: str) -> list[tuple[Any, ...]]:
        """Asks the index, as another process would."""
        connection = schema.connect(self.path)
        try:
            return connection.execute(question).fetchall()
        finally:
            connection.close()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    board = Board(tmp_path)
    yield board
    board.store.close()


def test_start_lists_what_the_index_knows_and_reads_only_what_is_new(board: Board) -> None:
    board.log(5)
    board.store.close()
    store = board.start()
    (run,) = store.runs()
    is_anything_new = board.reload()
    board.log(3, first_step=5)

    assert (run.name, run.num_points, run.first_wall_time, run.last_wall_time) == ("a", 5, 0.0, 4.0)
    assert is_anything_new == 0
    assert store.series("a", "loss").steps.tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert store.remarks() == ()


def test_rows_that_are_in_the_index_are_kept_in_memory_by_no_series(board: Board) -> None:
    board.log(5)
    kept = weakref.ref(board.store.series("a", "loss"))

    board.write()
    gc.collect()

    assert kept() is None
    assert board.store.series("a", "loss").steps.tolist() == [0, 1, 2, 3, 4]


def test_start_without_a_close_before_it_reads_what_was_not_written(board: Board) -> None:
    board.log(5)
    board.write()
    board.log(3, first_step=5)
    board.store._indexer.index.close()  # as if the process had been killed
    board.store._lock_file.close()

    store = board.start()
    num_listed = store.runs()[0].num_points
    board.reload()

    assert num_listed == 5
    assert store.series("a", "loss").steps.tolist() == [0, 1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("is_all_gone", [True, False])
def test_start_forgets_runs_that_were_deleted_meanwhile(board: Board, is_all_gone: bool) -> None:
    board.log(5, run="a")
    board.log(5, run="b")
    board.store.close()
    for run in ("a", "b") if is_all_gone else ("a",):
        shutil.rmtree(board.logdir / run)

    store = board.start()
    board.reload()
    board.write()

    assert [run.name for run in store.runs()] == ([] if is_all_gone else ["b"])
    assert board.query(f"SELECT name, num_rows {SCALAR_CHUNKS}") == ([] if is_all_gone else [("loss", 5)])


def test_rows_of_replaced_files_leave_the_index(board: Board) -> None:
    board.log(50)
    board.write()
    (file,) = (board.logdir / "a").iterdir()
    shutil.rmtree(board.logdir / "a")
    board.log(20, tag="accuracy")
    board.write()

    assert board.query(f"SELECT name, num_rows {SCALAR_CHUNKS}") == [("accuracy", 20)]
    assert board.query("SELECT count(*) FROM files") == [(1,)]


def test_rows_leave_memory_when_they_are_written(board: Board) -> None:
    board.log(50)
    file = next(iter(board.store._runs["a"].log.files.values()))
    before = file.num_rows_in_memory

    board.write()

    assert (before >= 50, file.num_rows_in_memory) == (True, 0)
    assert len(board.store.series("a", "loss")) == 50


def test_series_are_kept_within_the_budget(board: Board) -> None:
    board.store.close()
    store = board.start(max_cache_bytes=5_000)
    for run in "abcd":
        board.log(50, run=run)
    board.write()

    lengths = [len(store.series(run, "loss")) for run in "abcdabcd"]

    assert lengths == [50] * 8
    assert 0 < store._lately.num_bytes <= 5_000


def test_short_chunks_are_made_anew_until_they_are_long_enough(board: Board) -> None:
    with SummaryWriter(board.logdir / "a") as writer:
        for step in range(3 * MIN_ROWS):
            writer.add_scalar("loss", step, step)
            if step % 1_000 == 0:
                writer.flush()
                board.reload()
                board.write()

    lengths = [num_rows for (num_rows,) in board.query(f"SELECT num_rows {SCALAR_CHUNKS} ORDER BY key")]

    assert all(MIN_ROWS <= length < 2 * MIN_ROWS for length in lengths[:-1])
    assert len(lengths) == 3
    board.reload()
    assert board.store.series("a", "loss").values.tolist() == [float(step) for step in range(3 * MIN_ROWS)]


def test_file_is_due_with_a_chunk_of_rows_or_when_nothing_comes(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.store.close()
    board.start(pace=dataclasses.replace(NEVER, idle_secs=1e9))
    board.log(MIN_ROWS - 1)
    is_short_due = board.store.write()
    board.log(MIN_ROWS, first_step=MIN_ROWS)
    is_long_due = board.store.write()
    is_more_due = board.store.write()
    board.store.close()
    board.start(pace=dataclasses.replace(NEVER, idle_secs=0))
    board.log(1, run="idle")

    assert (is_short_due, is_long_due, is_more_due) == (False, True, False)
    assert board.store.write()
    board.store.close()


def test_reading_waits_while_too_much_is_in_memory(board: Board) -> None:
    board.store.close()
    store = board.start(pace=dataclasses.replace(NEVER, max_rows_in_memory=100))
    reading = threading.Thread(target=board.log, args=(200,))
    reading.start()
    while not store.runs():
        store.write()
    is_full = reading.is_alive()
    store.start()
    reading.join(20)

    assert not reading.is_alive()
    assert len(store.series("a", "loss")) == 200
    assert is_full or board.query("SELECT total(num_points) FROM files") == [(200,)]


def flip_chunks(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE chunks SET data = substr(data, 1, 20) || zeroblob(1) || substr(data, 22)")
    connection.close()


def drop_chunks(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("DELETE FROM chunks")
    connection.close()


def overwrite(path: Path) -> None:
    size = path.stat().st_size
    with open(path, "r+b") as file:
        file.seek(4_096)
        file.write(b"\x5a" * (size - 4_096))


def delete(path: Path) -> None:
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)


@pytest.mark.parametrize("harm", [flip_chunks, drop_chunks])
def test_damage_under_a_running_board_costs_only_time(
    board: Board, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    board.log(50)
    board.log(50, run="b")
    board.write()
    board.log(5, first_step=50)

    harm(board.path)
    series = board.store.series("a", "loss")
    board.log(5, run="b", first_step=50)
    board.write()
    board.store.close()
    again = board.start()

    assert series.steps.tolist() == list(range(55))
    assert again.series("a", "loss").steps.tolist() == list(range(55))
    assert again.series("b", "loss").steps.tolist() == list(range(55))
    assert again.remarks() == ()
    assert f"The index {board.path} " in caplog.text
    assert "It is built anew." in caplog.text


def test_index_that_is_deleted_under_a_running_board_is_made_by_the_next(board: Board) -> None:
    board.log(50)
    board.write()

    delete(board.path)
    board.log(5, first_step=50)
    board.write()
    series = board.store.series("a", "loss")
    board.store.close()
    again = board.start()
    board.reload()

    assert series.steps.tolist() == list(range(55))
    assert again.series("a", "loss").steps.tolist() == list(range(55))


def write_text(path: Path) -> None:
    delete(path)
    path.write_text("no database")


def make_other_database(path: Path) -> None:
    delete(path)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE photos (id INTEGER)")
    connection.close()


def age(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {schema.VERSION - 1}")
    connection.close()


def date_back(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE facts SET value = '0.0.1' WHERE name = 'release'")
    connection.close()


def rename_logdir(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE facts SET value = 'other' WHERE name = 'logdir'")
    connection.close()


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (overwrite, "cannot be read"),
        (write_text, "cannot be read (file is not a database)"),
        (make_other_database, "is not one that board made"),
        (age, "was made by another release of board"),
        (date_back, "was made by another release of board"),
        (rename_logdir, "is that of another logdir, 'other'"),
    ],
)
def test_index_that_cannot_be_used_is_built_anew_and_said(
    board: Board, harm: Callable[[Path], None], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    board.log(50)
    board.store.close()
    harm(board.path)

    store = board.start()
    num_known = len(store.runs())
    num_new = board.reload()
    board.write()

    assert (num_known, num_new) == (0, 1)
    assert len(store.series("a", "loss")) == 50
    (remark,) = store.remarks()
    assert remark.startswith(f"The index {board.path} {reason}")
    assert remark.endswith("It is built anew.")
    assert remark in caplog.text


def test_full_index_is_not_written_any_more_and_nothing_is_lost(board: Board) -> None:
    board.store.close()
    store = board.start(max_index_bytes=1)
    board.log(50)

    is_more = store.write(all_of_it=True)

    assert not is_more
    assert len(store.series("a", "loss")) == 50
    assert store.remarks()[0].endswith("it would be larger than 1 bytes. Continuing with what is new in memory.")


def test_second_board_on_a_logdir_works_in_memory_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = open_store("runs", str(tmp_path))
    second = open_store("runs", str(tmp_path))
    other = open_store("other", str(tmp_path))
    first.close()
    third = open_store("runs", str(tmp_path))
    third.close()
    other.close()

    assert [type(store) for store in (first, second, other, third)] == [
        SqliteStore,
        MemoryStore,
        SqliteStore,
        SqliteStore,
    ]
    assert "another board (process " in second.remarks()[0]
    assert second.remarks()[0].endswith("writes it. Continuing with all in memory.")
    assert second.remarks()[0] in caplog.text


def test_folder_that_cannot_be_made_leaves_a_store_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    store = open_store("runs", str(tmp_path / "file" / "indexes"))

    assert isinstance(store, MemoryStore)
    assert "Continuing with all in memory." in store.remarks()[0]


def test_no_index_is_made_where_none_is_wanted(tmp_path: Path) -> None:
    assert type(open_store("runs", "off")) is MemoryStore


def test_file_that_turns_up_in_another_run_is_moved_there(board: Board) -> None:
    board.log(5, run="a/loss_train")
    board.store.close()
    store = board.start()
    board.log(3, run="a/loss_train", first_step=5)
    with SummaryWriter(board.logdir / "later") as writer:
        writer.add_scalar("loss", 1.0, 0)
    (update,) = board.tail.poll()
    (path,) = (path for path in store.states() if path.name.endswith(".000000"))
    with open(path, "ab") as file:
        file.write(next((board.logdir / "later").iterdir()).read_bytes())
    (grown,) = board.tail.poll()
    tags = tuple(dataclasses.replace(tag, name="loss/train") for tag in grown.batch.tags)

    store.append(dataclasses.replace(grown, run="a", batch=dataclasses.replace(grown.batch, tags=tags)))
    board.write()

    assert {run.name: run.num_points for run in store.runs()} == {"a": 6, "a/loss_train": 3}
    assert store.series("a", "loss/train").steps.tolist() == [0, 1, 2, 3, 4, 0]
    assert store.series("a/loss_train", "loss").steps.tolist() == [5, 6, 7]


def test_file_that_grew_by_no_row_is_written_too(board: Board) -> None:
    board.log(5)
    board.write()
    (file,) = (board.logdir / "a").iterdir()
    with open(file, "ab") as appended:
        appended.write(b"half a record")
    board.reload()

    board.write()

    assert board.query("SELECT size FROM files") == [(file.stat().st_size,)]
    assert board.store.remarks() == ()


def test_readers_in_other_connections_see_whole_transactions(board: Board) -> None:
    question = f"SELECT (SELECT total(num_points) FROM files), (SELECT total(num_rows) {SCALAR_CHUNKS})"
    found: list[tuple[float, float]] = []
    is_done = threading.Event()

    def look() -> None:
        while not is_done.is_set():
            found.extend(board.query(question))

    looking = threading.Thread(target=look)
    looking.start()
    for number in range(20):
        board.log(50, run=f"run_{number}")
        board.write()
    is_done.set()
    looking.join()

    assert all(points == rows for points, rows in found)
    assert found[-1][0] > found[0][0]


@pytest.mark.parametrize("seed", range(3))
def test_series_asked_for_while_all_is_written_are_right(board: Board, seed: int) -> None:
    board.store.close()
    store = board.start(pace=Pace(idle_secs=0, first_view_secs=0, quiet_secs=0))
    store.start()
    random = np.random.default_rng(seed)
    lengths = {}
    for _ in range(40):
        run = f"run_{random.integers(4)}"
        lengths[run] = lengths.get(run, 0) + 25
        board.log(25, run=run, first_step=lengths[run] - 25)
        for name, length in lengths.items():
            assert store.series(name, "loss").steps.tolist() == list(range(length))

    expected = load(board.logdir)
    for name, run in expected.runs.items():
        assert store.series(name, "loss").values.tolist() == run.scalars["loss"].values.tolist()


def test_no_warning_in_ordinary_work(board: Board, caplog: pytest.LogCaptureFixture) -> None:
    board.log(5)
    board.store.close()
    board.start()

    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
