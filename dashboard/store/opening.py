"""Which store a board gets, and where it keeps the colours of runs."""

from __future__ import annotations

import logging
from pathlib import Path

from dashboard.store.index_files import find_default_folder, find_index
from dashboard.store.lock import HeldError
from dashboard.store.memory import MemoryStore
from dashboard.store.protocol import LogStore
from dashboard.store.slots import Slots, find_slots
from dashboard.store.sqlite import SqliteStore

_log = logging.getLogger(__name__)


OFF = "off"


def open_store(logdir: str, index: str | None) -> LogStore:
    """Opens the store of a logdir, with what its index knows.

    Where there can be no index, or another board writes it, the store is in memory and says so.

    Args:
        logdir: What tells the logdir from every other: `Settings.logdir_key`.
        index: Folder of indexes, None for the user's cache folder, or `OFF`.
    """
    if index == OFF:
        return MemoryStore()
    folder = find_default_folder() if index is None else Path(index).expanduser()
    path = find_index(logdir, folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return SqliteStore(path, logdir)
    except HeldError as error:
        reason = f"another board ({error}) writes it"
    except OSError as error:
        reason = str(error)
    remark = f"Could not use the index {path}: {reason}. Continuing with all in memory."
    _log.warning("%s", remark)
    return MemoryStore(remarks=[remark])


def open_slots(logdir: str, index: str | None) -> Slots:
    """The colours of a logdir's runs as boards gave them before.

    Args:
        logdir: As of `open_store`.
        index: As of `open_store`; with `OFF` they last as long as the board.
    """
    if index == OFF:
        return Slots()
    return Slots(find_slots(logdir, None if index is None else Path(index).expanduser()))
