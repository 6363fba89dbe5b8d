from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.store.lock import HeldError, WriterLock, find_holder

HOLD = """
import pathlib, sys
from dashboard.store.lock import WriterLock
lock = WriterLock(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_lock_is_for_one_and_free_again_when_given_back(tmp_path: Path) -> None:
    path = tmp_path / "index.lock"
    lock = WriterLock(path)

    with pytest.raises(HeldError, match=f"process {os.getpid()} on "):
        WriterLock(path)
    holder = find_holder(path)
    lock.close()

    assert holder.startswith(f"process {os.getpid()} on ")
    assert find_holder(path) == ""
    WriterLock(path).close()


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    path = tmp_path / "index.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(HeldError, match=f"process {holder.pid} on "):
            WriterLock(path)
        holder.kill()

    WriterLock(path).close()


def test_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        WriterLock(tmp_path / "none" / "index.lock")
