"""The graph of a run."""

from __future__ import annotations

from typing import Any

from dashboard.components.base import BoardComponent


class GraphView(BoardComponent):
    """A run's graph by scopes, with its layer table, node panel and search.

    Args:
        id: Dash's id.
        empty: What to say without a graph: ``title``, ``selectionTitle``, ``text`` and ``snippets``, a list of
            ``{"name", "code"}``; ``{logdir}`` in the code becomes the logdir's name.
    """

    _prop_names = ["id", "empty"]

    def __init__(self, id: str | None = None, *, empty: dict[str, Any]) -> None:
        super().__init__(id=id, empty=empty)
