from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from dashboard.sidecar import ReadOnlyError
from dashboard.sidecar.trash import PlannedRun, Trash, TrashError
from dashboard.store.memory import MemoryStore
from dashboard.store.protocol import RunFacts
from summaries import LogdirTail, SummaryWriter, load, parse_logdirs

LATER = time.time() + 3600


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """A logdir with the runs `.`, `a`, `a/b` and `c`; a checkpoint lies beside the events of `a`."""
    for name in (".", "a", "a/b", "c"):
        with SummaryWriter(tmp_path / "runs" / name, heartbeat_secs=None) as writer:
            writer.add_scalar("loss", 1.0, 0)
    (tmp_path / "runs" / "a" / "model.ckpt").write_text("parameters")
    return tmp_path / "runs"


def find_runs(logdir: Path | Sequence[str], *names: str) -> list[RunFacts]:
    store = MemoryStore()
    for update in LogdirTail(logdir).poll():
        store.append(update)
    runs = {run.name: run for run in store.runs()}
    return [runs[name] for name in names]


def make_trash(logdir: Path | Sequence[str], **options: object) -> Trash:
    return Trash(parse_logdirs(logdir), clock=lambda: LATER, **options)


def list_files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_planning_tells_what_would_be_moved_and_moves_nothing(logdir: Path) -> None:
    before = list_files(logdir)
    size = sum(path.stat().st_size for path in (logdir / "a").glob("events*"))

    plan = make_trash(logdir).plan(find_runs(logdir, "a", "c"))

    assert plan.runs[0] == PlannedRun("a", num_files=1, num_bytes=size, num_others=2)
    assert (plan.runs[1].name, plan.runs[1].num_others) == ("c", 0)
    assert list_files(logdir) == before


def test_run_is_moved_and_comes_back_as_it_was(logdir: Path) -> None:
    before, trash, runs = list_files(logdir), make_trash(logdir), find_runs(logdir, "a", "c")
    plan = trash.plan(runs)

    trashed = trash.move(runs, plan.confirmation)

    assert set(load(logdir).runs) == {".", "a/b"}
    assert not (logdir / "c").exists()
    assert (logdir / "a" / "model.ckpt").read_text() == "parameters"
    assert trashed.runs == ("a", "c")
    assert trashed.num_bytes == sum(run.num_bytes for run in plan.runs)
    assert trash.entries() == make_trash(logdir).entries() == (trashed,)
    assert all(name.startswith(f".board/trash/{trashed.id}/") for name in set(list_files(logdir)) - set(before))

    assert make_trash(logdir).restore(trashed.id) == trashed

    assert list_files(logdir) == before
    assert set(load(logdir).runs) == {".", "a", "a/b", "c"}
    assert trash.entries() == ()
    assert not (logdir / ".board").exists()


def test_run_of_the_logdir_itself_takes_nothing_else_with_it(logdir: Path) -> None:
    (logdir / "train.py").write_text("a program")
    trash, runs = make_trash(logdir), find_runs(logdir, ".")

    trash.move(runs, trash.plan(runs).confirmation)

    assert set(load(logdir).runs) == {"a", "a/b", "c"}
    assert (logdir / "train.py").exists()


@pytest.mark.parametrize("confirmation", ["", "x", "0" * 32, "\ud800"])
def test_nothing_is_moved_without_the_key(logdir: Path, confirmation: str) -> None:
    before = list_files(logdir)

    with pytest.raises(TrashError, match="confirmation must be the key of what is there now"):
        make_trash(logdir).move(find_runs(logdir, "a"), confirmation)

    assert list_files(logdir) == before


def test_key_is_of_what_was_shown_alone(logdir: Path) -> None:
    trash, runs = make_trash(logdir), find_runs(logdir, "a")
    key = trash.plan(runs).confirmation
    other_key = make_trash(logdir).plan(runs).confirmation

    with pytest.raises(TrashError, match="Ask again"):
        trash.move(find_runs(logdir, "c"), key)
    with pytest.raises(TrashError, match="Ask again"):
        trash.move(runs, other_key)
    with next((logdir / "a").glob("events*")).open("ab") as file:
        file.write(b"more")
    with pytest.raises(TrashError, match="Ask again"):
        trash.move(runs, key)

    assert set(load(logdir).runs) == {".", "a", "a/b", "c"}


def test_run_that_is_written_to_is_refused(logdir: Path) -> None:
    now = time.time()
    with SummaryWriter(logdir / "going") as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.flush()
        with pytest.raises(TrashError, match="The run 'going' is still written to. Wait until it has ended."):
            Trash(parse_logdirs(logdir), clock=lambda: now).plan(find_runs(logdir, "going"))

    assert Trash(parse_logdirs(logdir), clock=lambda: now).plan(find_runs(logdir, "going")).runs


def test_run_without_a_status_is_refused_until_it_was_quiet(logdir: Path) -> None:
    foreign = logdir / "foreign"
    foreign.mkdir()
    path = foreign / "events.out.tfevents.1700000000.box.1.0"
    path.write_bytes(next((logdir / "a").glob("events*")).read_bytes()[:100])
    os.utime(path, (LATER - 59, LATER - 59))
    trash = make_trash(logdir)
    runs = find_runs(logdir, "foreign")

    with pytest.raises(TrashError, match="still written to"):
        trash.plan(runs)

    os.utime(path, (LATER - 61, LATER - 61))
    assert trash.plan(runs).runs[0].num_files == 1


@pytest.mark.parametrize("how", ["the run's folder", "a folder above", "a file"])
def test_links_are_not_followed(how: str, logdir: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (logdir / "c").rename(outside)
    if how == "the run's folder":
        (logdir / "c").symlink_to(outside)
    elif how == "a folder above":
        (outside / "c").mkdir()
        for path in outside.glob("events*"):
            path.rename(outside / "c" / path.name)
        (logdir / "up").symlink_to(outside)
    else:
        (logdir / "c").mkdir()
        for path in outside.glob("events*"):
            (logdir / "c" / path.name).symlink_to(path)
    run = "up/c" if how == "a folder above" else "c"
    before = list_files(outside)

    with pytest.raises(TrashError, match="Remove it where it lies"):
        make_trash(logdir).plan(find_runs(logdir, run))

    assert list_files(outside) == before


def test_folder_that_became_a_link_after_the_question_is_not_followed(logdir: Path, tmp_path: Path) -> None:
    trash, runs = make_trash(logdir), find_runs(logdir, "c")
    key = trash.plan(runs).confirmation
    (logdir / "c").rename(tmp_path / "outside")
    (logdir / "c").symlink_to(tmp_path / "outside")

    with pytest.raises(TrashError, match="a link or a file is in the place of a folder"):
        trash.move(runs, key)

    assert len(list_files(tmp_path / "outside")) == 1


def test_trash_behind_a_link_is_not_used(logdir: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (logdir / ".board").symlink_to(tmp_path / "outside")
    trash, runs = make_trash(logdir), find_runs(logdir, "a", "c")

    with pytest.raises(TrashError, match="All stays as it was"):
        trash.move(runs, trash.plan(runs).confirmation)

    assert set(load(logdir).runs) == {".", "a", "a/b", "c"}
    assert list_files(tmp_path / "outside") == []


def test_what_cannot_be_moved_as_a_whole_stays_as_a_whole(unprivileged: Path) -> None:
    logdir = unprivileged / "runs"
    for name in ("a", "b"):
        with SummaryWriter(logdir / name, heartbeat_secs=None) as writer:
            writer.add_scalar("loss", 1.0, 0)
    trash, runs = make_trash(logdir), find_runs(logdir, "a", "b")
    key = trash.plan(runs).confirmation
    (logdir / "b").chmod(0o555)

    with pytest.raises(TrashError, match=r"Could not move 'b/events.*: Permission denied. All stays as it was."):
        trash.move(runs, key)

    assert set(load(logdir).runs) == {"a", "b"}
    assert trash.entries() == ()


def test_restoring_never_overwrites(logdir: Path) -> None:
    trash, runs = make_trash(logdir), find_runs(logdir, "a", "c")
    trashed = trash.move(runs, trash.plan(runs).confirmation)
    (name,) = [path.name for path in (logdir / ".board" / "trash" / trashed.id / "c").iterdir()]
    (logdir / "c").mkdir()
    (logdir / "c" / name).write_text("another")

    with pytest.raises(TrashError, match="a file of that name is there. All stays as it was."):
        trash.restore(trashed.id)

    assert (logdir / "c" / name).read_text() == "another"
    assert trash.entries() == (trashed,)


@pytest.mark.parametrize("identifier", ["", "..", "../../..", "20261125T162721Z-00000000", "/etc"])
def test_what_is_not_in_the_trash_is_not_restored(logdir: Path, identifier: str) -> None:
    with pytest.raises(KeyError, match="There is nothing in the trash as"):
        make_trash(logdir).restore(identifier)


def test_board_that_may_change_nothing_moves_nothing(logdir: Path) -> None:
    trash, runs = make_trash(logdir), find_runs(logdir, "c")
    trashed = trash.move(runs, trash.plan(runs).confirmation)
    read_only = make_trash(logdir, is_read_only=True)

    with pytest.raises(ReadOnlyError, match="--read-only"):
        read_only.plan(find_runs(logdir, "a"))
    with pytest.raises(ReadOnlyError, match="--read-only"):
        read_only.restore(trashed.id)

    assert read_only.entries() == (trashed,)


def test_runs_of_several_logdirs_move_each_into_its_own(logdir: Path, tmp_path: Path) -> None:
    logdirs = [f"x={logdir}/a", f"y={logdir}/c"]
    trash, runs = make_trash(logdirs), find_runs(logdirs, "x/b", "y")

    trashed = trash.move(runs, trash.plan(runs).confirmation)

    assert trashed.runs == ("x/b", "y")
    assert trash.entries() == (trashed,)
    assert (logdir / "a" / ".board" / "trash" / trashed.id / "b").is_dir()
    assert (logdir / "c" / ".board" / "trash" / trashed.id).is_dir()
    trash.restore(trashed.id)
    assert set(load(logdirs).runs) == {"x", "x/b", "y"}


def test_runs_of_an_object_store_stay(memory: str) -> None:
    with SummaryWriter(f"{memory}/a", heartbeat_secs=None) as writer:
        writer.add_scalar("loss", 1.0, 0)

    with pytest.raises(TrashError, match="must lie in a folder of this machine"):
        make_trash([memory]).plan(find_runs([memory], "a"))
