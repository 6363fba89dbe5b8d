"""Real event files and stores for the dashboard's tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from dashboard.store.memory import MemoryStore
from summaries import LogdirTail, SummaryWriter

Scalars = Mapping[str, Sequence[float]]


@pytest.fixture
def write_run(tmp_path: Path) -> Callable[[str, Scalars], Path]:
    """Writes a run below `tmp_path`: each tag's values at steps 0, 1, …, wall times 1000, 1001, …"""

    def write(name: str, scalars: Scalars, first_step: int = 0) -> Path:
        with SummaryWriter(tmp_path / name) as writer:
            for tag, values in scalars.items():
                for step, value in enumerate(values, first_step):
                    writer.add_scalar(tag, value, step, walltime=1000.0 + step, double_precision=True)
        return tmp_path / name

    return write


@pytest.fixture
def read_store(tmp_path: Path) -> Callable[[], MemoryStore]:
    """Reads everything below `tmp_path` into a store."""

    def read() -> MemoryStore:
        store = MemoryStore()
        for update in LogdirTail(tmp_path).poll():
            store.append(update)
        return store

    return read
