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
from collections.abc import Iterable, Iterator
from typing import Any

from dashboard.sidecar.edits import Edit, Path


def fold(edits: Iterable[Edit]) -> dict[Path, Any]:
    """The value of each path that has one.

    An edit that takes another back counts only if it is later than that one, as it always is.
    """
    deciding = (edit for edit, is_deciding in _judge(edits) if is_deciding)
    return {edit.path: edit.value for edit in deciding if edit.path and edit.value is not None}


def compact(edits: Iterable[Edit], oldest: int) -> list[Edit]:
    """Drops edits before a time that decide nothing any more, in their order.

    What others come to together with the rest is the same as before, unless one takes back an edit before `oldest`.

    Args:
        edits: All edits of one folder.
        oldest: In microseconds since the epoch; later edits stay, so that taking back one finds what was before.
    """
    kept = {edit.order: edit for edit, is_deciding in _judge(edits) if is_deciding or edit.time >= oldest}
    return [kept[order] for order in sorted(kept)]


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
