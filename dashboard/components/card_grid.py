"""The page of cards."""

from __future__ import annotations

from typing import Any

from dashboard.components.base import BoardComponent


class CardGrid(BoardComponent):
    """Cards of one kind of summary, a card a tag, in groups by prefix; what they show are keys of the kind's page.

    Args:
        id: Dash's id.
        kind: Kind of summary, and name of its page: a member of `static/js/cards/index.js`.
        empty: What to say without data: ``title``, ``selectionTitle``, ``text`` and ``snippets``, a list of
            ``{"name", "code"}``; ``{logdir}`` in the code becomes the logdir's name.
    """

    _prop_names = ["id", "kind", "empty"]

    def __init__(self, id: str | None = None, *, kind: str, empty: dict[str, Any] | None = None) -> None:
        super().__init__(id=id, kind=kind, empty=empty)
