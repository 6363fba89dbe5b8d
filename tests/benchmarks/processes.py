"""What a whole process takes until it says that it is ready: time, both processors' work, and memory."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


@dataclass(frozen=True)
class Cost:
    """What a process took from its start until it was ready.

    Attributes:
        wall_secs: Seconds on the clock.
        cpu_secs: Seconds of all its threads, in the program and in the system.
        peak_bytes: The most memory that it held at once.
        answer: The line that said so.
    """

    wall_secs: float
    cpu_secs: float
    peak_bytes: int
    answer: str


def measure_process(command: Sequence[str], ready: str) -> Cost:
    """Starts a process, and ends it when a line of its output or errors holds the word `ready`.

    Raises:
        RuntimeError: If it ends before.
    """
    start = time.perf_counter()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    process = subprocess.Popen(list(command), **pipes)
    said = []
    for line in process.stdout:
        said.append(line)
        if ready in line:
            break
    wall_secs = time.perf_counter() - start
    # The system's own figure for a process that has ended includes what it was forked from.
    peak = _PEAK.search(Path(f"/proc/{process.pid}/status").read_text())
    process.kill()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    for pipe in (process.stdin, process.stdout):
        pipe.close()
    if peak is None or not said or ready not in said[-1]:
        raise RuntimeError(f"{command[0]} must say {ready!r}; got {''.join(said)!r}.")
    return Cost(wall_secs, usage.ru_utime + usage.ru_stime, int(peak[1]) * 1024, said[-1])


def take_least(costs: Sequence[Cost]) -> Cost:
    """The least of each figure over several runs of a process."""
    return Cost(
        min(cost.wall_secs for cost in costs),
        min(cost.cpu_secs for cost in costs),
        min(cost.peak_bytes for cost in costs),
        costs[-1].answer,
    )
