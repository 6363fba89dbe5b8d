"""Small real disks that a test may fill, freeze and unplug."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def run(*command: str | Path) -> None:
    """Runs a command of the system; skips the test if it may not."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{' '.join(map(str, command))}: {done.stderr.strip()}")


@contextmanager
def mounted_memory(folder: Path, num_kbytes: int) -> Iterator[Path]:
    """A disk in memory of that size."""
    folder.mkdir()
    run("mount", "-t", "tmpfs", "-o", f"size={num_kbytes}k", "tmpfs", folder)
    try:
        yield folder
    finally:
        run("umount", "--lazy", folder)


@contextmanager
def mounted_image(image: Path, folder: Path) -> Iterator[Path]:
    """The disk that a file holds."""
    folder.mkdir()
    run("mount", "-o", "loop", image, folder)
    try:
        yield folder
    finally:
        run("umount", "--lazy", folder)


def make_image(image: Path, num_mbytes: int = 8) -> None:
    """A file that holds an empty disk, with a journal as a real one has."""
    with image.open("wb") as file:
        file.truncate(num_mbytes << 20)
    run("mkfs.ext4", "-q", "-F", image)


@contextmanager
def frozen(folder: Path) -> Iterator[None]:
    """A disk on which every write waits, as on a file server that does not answer."""
    run("fsfreeze", "--freeze", folder)
    try:
        yield
    finally:
        run("fsfreeze", "--unfreeze", folder)
