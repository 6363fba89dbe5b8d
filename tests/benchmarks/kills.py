"""Kills writing processes at random moments, and counts what they had been promised and is not there."""

from __future__ import annotations

import os
import random
import signal
import struct
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from summaries import EventFileReader, SummaryWriter

_COUNT = struct.Struct("<q")
_LONGEST_SECS = 0.01
_INTERVALS = {"one": 1, "two": 1, "three": 1, "array": 10}
"""How many steps apart each tag is logged."""


@dataclass(frozen=True)
class Trial:
    """What one kill showed.

    Attributes:
        num_promised: Values logged before the last `flush` that returned.
        num_lost: Promised values that the file does not hold.
        num_doubled: Values that it holds twice, or out of order.
        num_damaged: Damaged places before the end of the file.
        is_torn: Whether the file ends inside a record.
    """

    num_promised: int
    num_lost: int
    num_doubled: int
    num_damaged: int
    is_torn: bool

    @property
    def is_sound(self) -> bool:
        """Whether the promise was kept."""
        return not (self.num_lost or self.num_doubled or self.num_damaged)


def run_trial(folder: Path, seed: int) -> Trial:
    """Forks a process that logs and flushes, and kills it with SIGKILL after it has told of some flushes."""
    choices = random.Random(seed)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            _log_forever(folder, writer, seed)
        finally:
            os._exit(1)
    os.close(writer)
    num_steps = 0
    for _ in range(choices.randrange(1, 20)):
        num_steps = _read_count(reader, num_steps)
    end = time.perf_counter() + choices.uniform(0, _LONGEST_SECS)
    while time.perf_counter() < end:
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while (told := _read_count(reader, -1)) >= 0:
        num_steps = told
    os.close(reader)
    return _look(folder, num_steps)


def _log_forever(folder: Path, told: int, seed: int) -> None:
    """The process that is killed: several kinds of calls, and a flush now and then, which it tells of."""
    choices = random.Random(seed)
    writer = SummaryWriter(folder)
    step = 0
    while True:
        for _ in range(choices.randrange(1, 50)):
            writer.add_scalar("one", float(step), step)
            writer.add_scalars_at(step, {"two": float(step), "three": 0.5})
            if step % _INTERVALS["array"] == 0:
                writer.add_histogram("array", np.arange(10.0), step)
            step += 1
        writer.flush()
        os.write(told, _COUNT.pack(step))


def _read_count(reader: int, default: int) -> int:
    data = os.read(reader, _COUNT.size)
    return int(_COUNT.unpack(data)[0]) if data else default


def _look(folder: Path, num_steps: int) -> Trial:
    (path,) = folder.iterdir()
    with EventFileReader(path) as reader:
        batch = reader.read()
    num_promised = num_lost = num_doubled = 0
    for name, interval in _INTERVALS.items():
        is_tag = np.array([tag.name == name for tag in batch.tags])
        scalars, blobs = (np.repeat(is_tag, np.diff(starts)) for starts in (batch.starts, batch.blob_starts))
        steps = np.concatenate([batch.steps[scalars], batch.blob_steps[blobs]])
        promised = np.arange(0, num_steps, interval)
        num_promised += len(promised)
        num_lost += len(np.setdiff1d(promised, steps))
        num_doubled += int(np.count_nonzero(np.diff(steps) <= 0))
    return Trial(num_promised, num_lost, num_doubled, len(batch.health.problems), batch.health.is_torn)
