"""Finding event files: links, pipes, names of any bytes, trees that cannot be read, changes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from summaries.file_systems import find_local_devices
from summaries.logdirs import parse_logdirs
from summaries.walk import Walk, Walker


def make_files(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def walk(*logdirs: Path | str) -> Walk:
    return Walker(parse_logdirs(logdirs)).look()


def runs_of(found: Walk) -> list[str]:
    return [run for run, _ in found.files]


def test_look_finds_runs_sorted_and_passes_over_the_sidecar(tmp_path: Path):
    make_files(tmp_path, "b/x.tfevents.2", "b/x.tfevents.1", "x.tfevents", "a/b/c/x.tfevents", ".board/x.tfevents")
    make_files(tmp_path, "a/notes.txt")

    found = [(run, path.relative_to(tmp_path).as_posix()) for run, path in walk(tmp_path).files]

    assert found == [
        (".", "x.tfevents"),
        ("a/b/c", "a/b/c/x.tfevents"),
        ("b", "b/x.tfevents.1"),
        ("b", "b/x.tfevents.2"),
    ]


def test_look_follows_links_once(tmp_path: Path):
    make_files(tmp_path, "real/x.tfevents")
    (tmp_path / "logdir").mkdir()
    (tmp_path / "logdir" / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "cycle").symlink_to(tmp_path / "logdir")
    (tmp_path / "real" / "itself").symlink_to("itself")
    (tmp_path / "real" / "dangling.tfevents").symlink_to("nowhere")

    assert runs_of(walk(tmp_path / "logdir")) == ["link"]


def test_run_has_the_name_of_its_own_folder_rather_than_of_a_link_to_it(tmp_path: Path):
    make_files(tmp_path, "z/deep/x.tfevents")
    (tmp_path / "a-latest").symlink_to(tmp_path / "z" / "deep")

    assert runs_of(walk(tmp_path)) == ["z/deep"]


def test_look_at_a_logdir_that_does_not_exist_finds_nothing(tmp_path: Path):
    assert walk(tmp_path / "none") == Walk(tops=(str(tmp_path / "none"),))


def test_pipes_and_sockets_named_like_event_files_are_left_alone(tmp_path: Path):
    make_files(tmp_path, "a/x.tfevents")
    os.mkfifo(tmp_path / "a" / "pipe.tfevents")
    (tmp_path / "a" / "device.tfevents").symlink_to("/dev/zero")

    assert [path.name for _, path in walk(tmp_path).files] == ["x.tfevents"]


@pytest.fixture
def deep_folder() -> Iterator[Path]:
    """A folder that may become so deep that Python's own functions cannot remove it."""
    folder = Path(tempfile.mkdtemp())
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True)


def make_deep(folder: Path, name: str, depth: int) -> None:
    """Makes folders in folders and an event file in the last, a step at a time: few calls take so long a path."""
    descriptor = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=descriptor)
        inner = os.open(name, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(os.open("x.tfevents", os.O_WRONLY | os.O_CREAT, dir_fd=descriptor))
    os.close(descriptor)


def test_tree_deeper_than_python_recurses_is_walked(deep_folder: Path):
    make_deep(deep_folder, "d", 1500)

    (run,) = runs_of(walk(deep_folder))

    assert run == "/".join(["d"] * 1500)


def test_path_longer_than_the_system_takes_is_a_problem(deep_folder: Path):
    make_deep(deep_folder, "d" * 250, 20)

    (problem,) = walk(deep_folder).problems

    assert problem.reason == "File name too long"


@pytest.mark.parametrize("name", ["caf\udce9", "a\nb", 'quote"\\', "é ü 😀", " ", "-", "100%", "<b>"])
def test_any_name_of_a_run_can_be_encoded(tmp_path: Path, name: str):
    make_files(tmp_path, f"{name}/x.tfevents")

    ((run, path),) = walk(tmp_path).files

    assert json.loads(json.dumps(run, ensure_ascii=False).encode()) == run
    assert run == name.replace("\udce9", "\\xe9")
    assert path.exists()


def test_several_logdirs_keep_their_runs_apart(tmp_path: Path):
    make_files(tmp_path, "one/x.tfevents", "one/a/x.tfevents", "two/a/x.tfevents")

    assert runs_of(walk(tmp_path / "one", f"second={tmp_path}/two")) == ["one", "one/a", "second/a"]


def test_folder_that_is_a_logdir_itself_belongs_to_that_logdir(tmp_path: Path):
    make_files(tmp_path, "all/best/x.tfevents", "all/other/x.tfevents")

    assert runs_of(walk(tmp_path / "all", tmp_path / "all" / "best")) == ["all/other", "best"]


def test_pattern_is_looked_for_anew_each_time(tmp_path: Path):
    make_files(tmp_path, "2024-01/runs/a/x.tfevents", "2024-01/other/b/x.tfevents", "2025-01/runs/c/x.tfevents")
    walker = Walker(parse_logdirs(f"{tmp_path}/2024-*/runs"))
    before = runs_of(walker.look())

    make_files(tmp_path, "2024-02/runs/d/x.tfevents")

    assert before == ["2024-01/runs/a"]
    assert runs_of(walker.look()) == ["2024-01/runs/a", "2024-02/runs/d"]


def test_second_look_gives_the_same_walk_until_something_changes(tmp_path: Path):
    make_files(tmp_path, "a/x.tfevents", "b/c/x.tfevents")
    walker = Walker(parse_logdirs(tmp_path))

    first, second = walker.look(), walker.look()
    make_files(tmp_path, "b/c/y.tfevents", "b/d/x.tfevents")
    third = walker.look()
    shutil.rmtree(tmp_path / "b" / "c")
    fourth = walker.look()

    assert second is first
    assert runs_of(third) == ["a", "b/c", "b/c", "b/d"]
    assert runs_of(fourth) == ["a", "b/d"]
    assert walker.look(is_full=True) is fourth


def test_file_made_in_the_very_moment_of_a_look_is_found_by_the_next(tmp_path: Path):
    walker = Walker(parse_logdirs(tmp_path))
    stamp = os.stat(tmp_path).st_mtime_ns
    walker.look()

    make_files(tmp_path, "x.tfevents")
    os.utime(tmp_path, ns=(stamp, stamp))  # the clock of the file system did not tick in between

    assert runs_of(walker.look()) == ["."]


def test_full_look_finds_the_target_of_a_link_that_came_after_it(tmp_path: Path):
    make_files(tmp_path, "logdir/a/x.tfevents")
    (tmp_path / "logdir" / "a" / "link").symlink_to(tmp_path / "later")
    walker = Walker(parse_logdirs(tmp_path / "logdir"))
    before = walker.look(is_full=True)

    make_files(tmp_path, "later/x.tfevents")

    assert runs_of(before) == ["a"]
    assert runs_of(walker.look(is_full=True)) == ["a", "a/link"]


def test_file_whose_folder_has_its_old_time_again_is_found(tmp_path: Path):
    make_files(tmp_path, "a/x.tfevents")
    os.utime(tmp_path / "a", (10**9, 10**9))
    walker = Walker(parse_logdirs(tmp_path))
    walker.look(is_full=True)

    make_files(tmp_path, "a/y.tfevents")
    os.utime(tmp_path / "a", (10**9, 10**9))  # as tools do that copy times

    assert len(walker.look().files) == 2


def test_tree_with_links_is_not_taken_for_one_of_this_machine_alone(tmp_path: Path):
    make_files(tmp_path, "plain/a/x.tfevents", "linked/a/x.tfevents")
    (tmp_path / "linked" / "b").symlink_to(tmp_path / "plain" / "a")
    plain, linked = (Walker(parse_logdirs(tmp_path / name)) for name in ("plain", "linked"))

    plain.look(is_full=True)
    linked.look(is_full=True)

    assert plain.is_local == (os.stat(tmp_path).st_dev in find_local_devices())
    assert not linked.is_local


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every file system is looked through")
def test_local_file_systems_are_those_of_disks_and_memory():
    local = find_local_devices()

    kinds = {
        path: subprocess.check_output(["stat", "-f", "-c", "%T", path], text=True) for path in ("/dev/shm", "/proc")
    }

    assert kinds == {"/dev/shm": "tmpfs\n", "/proc": "proc\n"}
    assert os.stat("/dev/shm").st_dev in local
    assert os.stat("/proc").st_dev not in local


def test_folder_that_may_not_be_read_is_a_problem(unprivileged: Path):
    make_files(unprivileged, "closed/x.tfevents", "open/x.tfevents")
    (unprivileged / "closed").chmod(0)

    found = walk(unprivileged)

    assert runs_of(found) == ["open"]
    assert [(problem.path.name, problem.reason) for problem in found.problems] == [("closed", "Permission denied")]
