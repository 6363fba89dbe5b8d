"""How fast a training runs and what it waits for, written about once a second."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jax

INTERVAL_SECS = 1.0
_COMPILE_EVENT = "/jax/core/compile/backend_compile_duration"
_STATM = Path("/proc/self/statm")


class CompileCount:
    """Counts what XLA compiles in this process, for all who ask: JAX keeps a listener for good."""

    def __init__(self) -> None:
        self.count = 0
        self.secs = 0.0
        jax.monitoring.register_event_duration_secs_listener(self._listen)

    def _listen(self, event: str, duration_secs: float, **kwargs: Any) -> None:
        del kwargs
        if event == _COMPILE_EVENT:
            self.count += 1
            self.secs += duration_secs


_COMPILES: list[CompileCount] = []


def compile_count() -> CompileCount:
    """The one counter of this process."""
    if not _COMPILES:
        _COMPILES.append(CompileCount())
    return _COMPILES[0]


class Performance:
    """Writes ``performance/…`` about once a second of training, and at the end.

    - ``steps_per_sec``, ``examples_per_sec``: of the time that the device took.
    - ``data_wait_share``: how much of the time the loop waited for the next batches.
    - ``compiles``, ``compile_secs``: programs compiled since the training began, and how long that took.
    - ``device_memory_gib``: in use on the first device; on a CPU the memory of the process.
    """

    def __init__(self) -> None:
        self._compiles = compile_count()
        self._first = self._compiles.count, self._compiles.secs
        self._num_steps = self._num_examples = 0
        self._secs = self._waited_secs = 0.0

    def waited(self, secs: float) -> None:
        """Notes that the loop waited for batches."""
        self._waited_secs += secs

    def add(self, writer: Any, step: int, *, num_steps: int, num_examples: int, secs: float) -> None:
        """Notes a chunk that took `secs`, and writes if it is time."""
        self._num_steps += num_steps
        self._num_examples += num_examples
        self._secs += secs
        if self._secs >= INTERVAL_SECS:
            self.flush(writer, step)

    def flush(self, writer: Any, step: int) -> None:
        """Writes what was noted since the last time."""
        if self._num_steps:
            values = {
                "steps_per_sec": self._num_steps / self._secs,
                "examples_per_sec": self._num_examples / self._secs,
                "data_wait_share": min(1.0, self._waited_secs / self._secs),
                "compiles": float(self._compiles.count - self._first[0]),
                "compile_secs": self._compiles.secs - self._first[1],
            }
            memory = device_memory_bytes()
            if memory is not None:
                values["device_memory_gib"] = memory / 2**30
            writer.add_scalars_at(step, {f"performance/{name}": value for name, value in values.items()})
        self._num_steps = self._num_examples = 0
        self._secs = self._waited_secs = 0.0


def device_memory_bytes() -> int | None:
    """Memory in use on the first device; on a CPU that of the process; None where nobody tells."""
    device = jax.local_devices()[0]
    stats = device.memory_stats() or {}
    if "bytes_in_use" in stats:
        return int(stats["bytes_in_use"])
    if device.platform != "cpu" or not _STATM.is_file():
        return None
    return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
