"""The page of cards."""

from __future__ import annotations

from typing import Any

from dashboard.components.base import BoardComponent


class CardGrid(BoardComponent):
    """Cards of one kind of summary, a card a tag, in groups by prefix.

    Args:
        id: Dash's id.
        kind: Kind of summary: a member of `static/js/cards/index.js`.
        options: What the toolbar set: ``filter``, a regular expression over tags, and what the kind reads.
        empty: What to say without data: ``title``, ``selectionTitle``, ``text`` and ``snippets``, a list of
            ``{"name", "code"}``; ``{logdir}`` in the code becomes the logdir's name.
    """

    _prop_names = ["id", "kind", "options", "empty"]

    def __init__(
        self,
        id: str | None = None,
        *,
        kind: str,
        options: dict[str, Any] | None = None,
        empty: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(id=id, kind=kind, options=options or {}, empty=empty)
