"""What is done while a disk takes nothing: when to try again, what to say, and what was lost.

Synopsis:
    >>> from summaries.events import encode_event, summary_field
    >>> describe_lost(count_tags(encode_event(0.0, 1, summary_field([("loss", 0.5), ("rate", 0.1)]))), "events.out")
    "Could not write 2 values of 2 tags to events.out: they are lost ('loss': 1, 'rate': 1)."
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping

from summaries.proto.event_pb2 import Event
from summaries.records import split_records

_log = logging.getLogger("summaries")

_FIRST_WAIT_SECS = 0.25
_LONGEST_WAIT_SECS = 30.0
_CALM_SECS = 60.0
"""How long all must go well until the same cause is worth another warning."""
_MAX_TAGS_NAMED = 20


class Outage:
    """Remembers that writing failed. Only the thread that writes may begin and end it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing has failed yet.

        Args:
            clock: Seconds that only go forward.
        """
        self._clock = clock
        self._wait_secs = 0.0
        self._next_attempt = 0.0
        self._last_failure = 0.0
        self._causes: set[int | None] = set()

    def is_waiting(self) -> bool:
        """Whether it is too early for another attempt."""
        return self._wait_secs > 0 and self._clock() < self._next_attempt

    def begin(self, path: object, error: OSError) -> None:
        """Notes a failure: the next attempt waits twice as long as the last, and each cause is told once."""
        now = self._clock()
        if now - self._last_failure > _CALM_SECS + self._wait_secs:
            self._causes.clear()
        self._last_failure = now
        self._wait_secs = min(2 * self._wait_secs or _FIRST_WAIT_SECS, _LONGEST_WAIT_SECS)
        self._next_attempt = now + self._wait_secs
        if error.errno not in self._causes:
            self._causes.add(error.errno)
            _log.warning("Could not write %s: %s. Continuing with the values in memory.", path, error)

    def end(self) -> None:
        """Notes that all has been written."""
        self._wait_secs = 0.0


def count_tags(data: bytes) -> Counter[str]:
    """How many values of each tag stand in records, of which the first may be cut."""
    counts: Counter[str] = Counter()
    for start, length in split_records(data, is_growing=False).payloads:
        event = Event.FromString(data[start : start + length])
        what = event.WhichOneof("what")
        if what == "summary":
            counts.update(value.tag for value in event.summary.value if value.WhichOneof("value"))
        elif what != "file_version":
            counts.update([what])
    return counts


def describe_lost(lost: Mapping[str, int], path: object) -> str:
    """The sentence that tells how many values were lost, by tag."""
    counts = ", ".join(f"{tag!r}: {count}" for tag, count in Counter(lost).most_common(_MAX_TAGS_NAMED))
    return f"Could not write {sum(lost.values())} values of {len(lost)} tags to {path}: they are lost ({counts})."
