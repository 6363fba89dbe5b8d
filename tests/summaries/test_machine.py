"""What a program runs on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from summaries import SummaryWriter, load
from summaries.machine import SystemSampler, find_packages, read_environment, run_git

ANSWERS = {"rev-parse HEAD": "c0ffee", "branch --show-current": "main", "diff --stat HEAD": " a.py | 1 +"}


def test_environment_tells_command_python_packages_and_git():
    found = read_environment(command=["python", "a.py"], folder="/work", git=lambda words: ANSWERS[" ".join(words)])

    assert (found.command, found.folder) == (("python", "a.py"), "/work")
    assert found.python == ".".join(map(str, sys.version_info[:3]))
    assert found.packages["numpy"][0] in "23"
    assert (found.git_commit, found.git_branch, found.git_diff_stat) == ("c0ffee", "main", " a.py | 1 +")


def test_environment_outside_a_repository_has_no_git():
    found = read_environment(git=lambda _words: "")

    assert (found.git_commit, found.git_branch, found.git_diff_stat) == ("", "", "")
    assert found.command


def test_git_tells_commit_branch_and_what_is_not_committed(tmp_path: Path):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    (tmp_path / "a.txt").write_text("one\n")
    for words in (["init", "-q", "-b", "trunk"], ["add", "."], [*identity, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", "-C", tmp_path, *words], check=True)
    (tmp_path / "a.txt").write_text("two\n")

    found = read_environment(folder=str(tmp_path))

    assert len(found.git_commit) == 40
    assert found.git_branch == "trunk"
    assert "a.txt | 2 +-" in found.git_diff_stat


def test_git_that_fails_says_nothing(tmp_path: Path):
    assert run_git(["rev-parse", "HEAD"], str(tmp_path / "missing")) == ""


def test_environment_that_takes_long_keeps_nothing_else_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    git, gate = tmp_path / "git", tmp_path / "gate"
    git.write_text(f"#!/bin/sh\nread word < {gate}\n")
    git.chmod(0o755)
    os.mkfifo(gate)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    writer = SummaryWriter(tmp_path / "run", environment=True)
    writer.add_scalar("a", 1.0, 1)

    while "a" not in load(tmp_path / "run").runs["."].scalars:
        pass
    before = load(tmp_path / "run").runs["."].facts.environment
    gate.open("w").close()
    writer.close()

    assert before is None
    assert load(tmp_path / "run").runs["."].facts.environment.git_commit == ""


def test_find_packages_reads_names_of_folders(tmp_path: Path):
    for name in ("My_Package-1.2.dist-info", "old-0.1-py3.11.egg-info", "code", "README-x"):
        (tmp_path / name).mkdir()

    assert find_packages([str(tmp_path), str(tmp_path / "missing")]) == {"my-package": "1.2", "old": "0.1"}


class Psutil:
    """The part of psutil that is asked, for a machine whose disk reads 1 MiB between two looks."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def Process(self) -> SimpleNamespace:  # noqa: N802 - psutil's name
        memory = SimpleNamespace(rss=1 << 30)
        return SimpleNamespace(cpu_percent=lambda: 50.0, memory_info=lambda: memory, num_threads=lambda: 3)

    def cpu_percent(self) -> float:
        return 25.0

    def virtual_memory(self) -> SimpleNamespace:
        return SimpleNamespace(percent=40.0)

    def disk_usage(self, _folder: str) -> SimpleNamespace:
        return SimpleNamespace(percent=60.0)

    def disk_io_counters(self) -> SimpleNamespace:
        self.read_bytes += 1 << 20
        return SimpleNamespace(read_bytes=self.read_bytes, write_bytes=0)

    def net_io_counters(self) -> None:
        """Hidden, as in some containers."""


class Nvml:
    """The part of pynvml that is asked, for one GPU that does not tell its power."""

    NVML_TEMPERATURE_GPU = 0
    NVMLError = KeyError

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802 - pynvml's names
        return 1

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802
        return index

    def nvmlDeviceGetUtilizationRates(self, _handle: int) -> SimpleNamespace:  # noqa: N802
        return SimpleNamespace(gpu=90)

    def nvmlDeviceGetMemoryInfo(self, _handle: int) -> SimpleNamespace:  # noqa: N802
        return SimpleNamespace(used=1 << 30, total=4 << 30)

    def nvmlDeviceGetPowerUsage(self, _handle: int) -> int:  # noqa: N802
        raise KeyError("not supported")

    def nvmlDeviceGetTemperature(self, _handle: int, _sensor: int) -> int:  # noqa: N802
        return 55


def test_sampler_tells_states_and_rates():
    times = iter([0.0, 2.0])
    sampler = SystemSampler(psutil=Psutil(), nvml=Nvml(), clock=lambda: next(times))

    assert sampler.sample() == {
        "system/cpu_percent": 25.0,
        "system/process_cpu_percent": 50.0,
        "system/memory_percent": 40.0,
        "system/process_memory_gib": 1.0,
        "system/process_threads": 3.0,
        "system/disk_percent": 60.0,
        "system/disk_read_mib_per_sec": 0.5,
        "system/disk_write_mib_per_sec": 0.0,
        "system/gpu0_percent": 90.0,
        "system/gpu0_memory_percent": 25.0,
        "system/gpu0_memory_gib": 1.0,
        "system/gpu0_temperature_celsius": 55.0,
    }


def test_sampler_reads_this_machine(tmp_path: Path):
    pytest.importorskip("psutil")

    sample = SystemSampler(folder=tmp_path).sample()

    assert 0 < sample["system/memory_percent"] < 100
    assert 0.01 < sample["system/process_memory_gib"] < 100


def test_sampler_goes_on_while_the_folder_is_gone(tmp_path: Path):
    pytest.importorskip("psutil")
    folder = tmp_path / "run"
    sampler = SystemSampler(folder=folder)

    before = sampler.sample()
    folder.mkdir()
    after = sampler.sample()

    assert after.keys() - before.keys() == {"system/disk_percent"}


def test_sampler_without_psutil_names_the_extra(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "psutil", None)

    with pytest.raises(ImportError, match=r"Install trainboard\[system\]"):
        SystemSampler()
