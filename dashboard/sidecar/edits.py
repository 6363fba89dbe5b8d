"""One edit, and the line of text that keeps it.

Synopsis:
    >>> edit = Edit(1_700_000_000_000_000, "5d0a", ("runs", "a", "notes"), "diverged")
    >>> print(encode(edit))
    {"time": "2023-11-14T22:13:20.000000Z", "id": "5d0a", "path": ["runs", "a", "notes"], "value": "diverged"}
    >>> decode(encode(edit)) == edit
    True
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Path = tuple[str, ...]

MAX_ID_CHARACTERS = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
# Each edit is made later than all that were seen: one of the last moment of the calendar would leave no time for more.
_LAST = datetime(2900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Edit:
    """A value that someone gave to a path, or that someone took an edit back.

    Attributes:
        time: When, in microseconds since the epoch, UTC; later than that of every edit its maker knew of.
        id: Names it; no other edit has the same.
        path: What has the value from now on; empty where an edit is taken back.
        value: A value of JSON; None for none.
        undoes: `id` of the edit that is taken back; "" if none is.
    """

    time: int
    id: str
    path: Path = ()
    value: Any = None
    undoes: str = ""

    @property
    def order(self) -> tuple[int, str]:
        """Which of two edits counts as the later one."""
        return self.time, self.id


class Clock:
    """Gives times that grow, and that are later than all it was shown: a hybrid logical clock.

    With it an edit wins over those that its maker had seen, also where machines' clocks differ.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = 0

    def show(self, time: int) -> None:
        """Has what is given from now on be later than `time`."""
        self._last = max(self._last, time)

    def tick(self) -> int:
        """The time, in microseconds since the epoch."""
        self._last = max(self._last + 1, int(self._now() * 1e6))
        return self._last


def encode(edit: Edit) -> str:
    """The line of an edit, without the line's end."""
    what = {"undoes": edit.undoes} if edit.undoes else {"path": edit.path, "value": edit.value}
    return json.dumps({"time": show_time(edit.time), "id": edit.id, **what}, ensure_ascii=False, allow_nan=False)


def decode(line: str) -> Edit:
    """The edit of a line.

    Raises:
        ValueError: If the line is no edit.
    """
    try:
        members = json.loads(line, parse_constant=_refuse_constant)
        time, identifier = parse_time(members["time"]), members["id"]
        if "undoes" in members:
            edit = Edit(time, identifier, undoes=members["undoes"])
        else:
            edit = Edit(time, identifier, tuple(members["path"]), members["value"])
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"line must be an edit; {error!r}.") from error
    words = (edit.id, edit.undoes, *edit.path)
    if not all(isinstance(word, str) for word in words) or not edit.id or not (edit.path or edit.undoes):
        raise ValueError("line must be an edit with an id and a path of strings, or the id of another.")
    return edit


def show_time(time: int) -> str:
    """A time as people read it; texts of two sort as the times do."""
    return (_EPOCH + time * _MICROSECOND).strftime(_TIME)


def parse_time(text: str) -> int:
    """The time of a text as ISO 8601 has it.

    Raises:
        ValueError: If it is none, says nothing of the time zone, or is too far in the future.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not _EPOCH <= moment < _LAST:
        raise ValueError(f"time must be from 1970 to 2899, with a time zone; got {text!r}.")
    return (moment - _EPOCH) // _MICROSECOND


def _refuse_constant(word: str) -> float:
    raise ValueError(f"value must be JSON; got {word}.")
