"""Waits for something to change in folders: told by the system where it can, by looking now and then elsewhere.

The bound of the first way is local inotify: changes that another machine makes on a shared file system are only found
by looking, so looking goes on beside it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from summaries.files import SIDECAR
from summaries.logdirs import show_path

_log = logging.getLogger(__name__)

DEBOUNCE_MS = 40
"""How long changes are gathered."""

REST = 200
"""Where the system tells of changes, looking at everything beside it may take one part of the time in so many."""
LOCAL_REST = 1_000
"""The same where it tells of all: nothing changes that this machine does not know of."""
MAX_REST_SECS = 5.0
"""It is done after so long, whatever it takes."""

Changes = frozenset[str] | None
"""Paths that changed, none of them if nothing is known to; None where everything is to be looked at."""


def iter_changes(
    find_folders: Callable[[], Sequence[str]],
    stop: threading.Event,
    *,
    poll_secs: float,
    is_watching: bool = True,
    is_local: Callable[[], bool] = lambda: False,
) -> Iterator[Changes]:
    """Yields when something may have changed, until `stop` is set; at least every `poll_secs`.

    Args:
        find_folders: Gives the folders to watch, at each turn; they may come, go and be replaced.
        stop: Ends it, within `poll_secs`.
        poll_secs: How long may pass without looking at everything, where that is done in little time or the system
            does not tell of changes; up to `MAX_REST_SECS` otherwise.
        is_watching: Whether to have the system tell of changes. Where it cannot, there is one warning, and looking.
        is_local: Whether all that lies in the folders belongs to this machine alone, at each turn.
    """
    # Passing over folders that may not be read, watchfiles also passes over those for which watches ran out.
    is_tolerant = False
    while not stop.is_set():
        identities = _find_identities(find_folders())
        if is_watching and identities:
            try:
                yield from _watch(find_folders, identities, stop, poll_secs, is_local, is_tolerant=is_tolerant)
            except FileNotFoundError:  # a folder went away in this moment
                is_tolerant = False
            except PermissionError:
                is_watching, is_tolerant = not is_tolerant, True
            # Watches ran out, there are none here, or a name is no UTF-8.
            except (ImportError, OSError, RuntimeError, UnicodeError) as error:
                is_watching = False
                folders = ", ".join(show_path(folder) for folder in identities)
                _log.warning("Could not watch %s: %s. Continuing with looking every %g s.", folders, error, poll_secs)
        if not stop.wait(poll_secs):
            yield None


def _watch(
    find_folders: Callable[[], Sequence[str]],
    identities: dict[str, tuple[int, int]],
    stop: threading.Event,
    poll_secs: float,
    is_local: Callable[[], bool],
    *,
    is_tolerant: bool,
) -> Iterator[Changes]:
    """Yields what the system tells, as long as the folders are the same."""
    import watchfiles

    next_look = time.monotonic() + poll_secs
    reports = watchfiles.watch(
        *identities,
        watch_filter=lambda _, path: f"/{SIDECAR}" not in path,
        debounce=DEBOUNCE_MS,
        step=10,
        rust_timeout=int(poll_secs * 1000),
        yield_on_timeout=True,
        stop_event=stop,
        recursive=True,
        ignore_permission_denied=is_tolerant,
    )
    for report in reports:
        if stop.is_set():
            return
        begin = time.monotonic()
        is_due = begin >= next_look
        yield None if is_due else frozenset(path for _, path in report)
        if is_due:
            end = time.monotonic()
            rest_secs = (LOCAL_REST if is_local() else REST) * (end - begin)
            next_look = end + max(poll_secs, min(rest_secs, MAX_REST_SECS))
        if is_due and _find_identities(find_folders()) != identities:
            return


def _find_identities(folders: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Device and inode of each folder that is there."""
    found = {}
    for folder in folders:
        try:
            status = os.stat(folder)
        except OSError:
            continue
        found[folder] = status.st_dev, status.st_ino
    return found
