"""What many edits come to: the same, in whatever order and however often they arrive.

Of each path the latest edit counts that was not taken back. So an edit that two servers hold counts once, taking back
one's own edit leaves what others did later, and taking that back brings it again.

Synopsis:
    >>> first, second = Edit(1, "a", ("baseline",), "x"), Edit(2, "b", ("baseline",), "y")
    >>> fold([second, first])
    {('baseline',): 'y'}
    >>> fold([first, second, Edit(3, "c", undoes="b")])
    {('baseline',): 'x'}
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from dashboard.sidecar.edits import Edit, Path


def fold(edits: Iterable[Edit]) -> dict[Path, Any]:
    """The value of each path that has one.

    An edit that takes another back counts only if it is later than that one, as it always is.
    """
    deciding = (edit for edit, is_deciding in _judge(edits) if is_deciding)
    return {edit.path: edit.value for edit in deciding if edit.path and edit.value is not None}


def compact(edits: Collection[Edit], oldest: int) -> list[Edit]:
    """Drops old edits that decide nothing any more; those that stay are in order.

    What others come to together with the rest is the same as before, unless one takes back an edit before `oldest`.

    Args:
        edits: All edits of one folder.
        oldest: In microseconds since the epoch. Later edits stay, and what was there before them: they may still be
            taken back.
    """
    start = _find_start(edits, oldest)
    recent = [edit for edit in edits if edit.time >= start]
    deciding = [edit for edit, is_deciding in _judge(edit for edit in edits if edit.time < start) if is_deciding]
    return sorted({edit.order: edit for edit in (*deciding, *recent)}.values(), key=operator.attrgetter("order"))


def _find_start(edits: Iterable[Edit], oldest: int) -> int:
    """A time, `oldest` or before, so that no edit from then on takes back one from before."""
    newest_first = sorted(edits, key=operator.attrgetter("order"), reverse=True)
    times = {edit.id: edit.time for edit in newest_first}
    for edit in newest_first:
        if edit.time < oldest:
            break
        oldest = min(oldest, times.get(edit.undoes, oldest))
    return oldest


def _judge(edits: Iterable[Edit]) -> Iterator[tuple[Edit, bool]]:
    """Each edit, the latest first, and whether it decides what a path's value is, or that another does not count."""
    decided: set[Path] = set()
    taken_back: set[str] = set()
    for edit in sorted(edits, key=operator.attrgetter("order"), reverse=True):
        if edit.id in taken_back or (edit.path and edit.path in decided):
            yield edit, False
            continue
        if edit.undoes:
            taken_back.add(edit.undoes)
        else:
            decided.add(edit.path)
        yield edit, True
