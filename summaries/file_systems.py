"""Which file systems belong to this machine alone: whatever happens in them, it does, and knows of.

The times of their folders change whenever a name in them comes or goes. What a server, another system or a driver of
its own holds may change without a later time, and without this system's notice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_LOCAL = frozenset({"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs", "zfs"})


def find_local_devices() -> frozenset[int]:
    """The devices (`st_dev`) of such file systems, as far as the system lists what is mounted; Linux does."""
    try:
        text = _MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return frozenset()
    return frozenset(_iter_local(text.splitlines()))


def _iter_local(lines: list[str]) -> Iterator[int]:
    """Devices from lines as `36 35 98:0 / /mnt rw,noatime master:1 - ext4 /dev/sda rw` (man 5 proc_pid_mountinfo)."""
    for line in lines:
        before, _, after = line.partition(" - ")
        if after.split(" ", 1)[0] in _LOCAL:
            major, _, minor = before.split(" ", 3)[2].partition(":")
            yield os.makedev(int(major), int(minor))
