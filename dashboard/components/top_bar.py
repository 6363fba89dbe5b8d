"""The bar above every page."""

from __future__ import annotations

from typing import Any

from dashboard.components.base import BoardComponent


class TopBar(BoardComponent):
    """Mark, logdir, tabs of the pages that have data, live state and theme switch.

    Args:
        id: Dash's id.
        pages: ``{"path", "title", "icon", "kinds"}`` of each page, in order.
        theme: Set by the browser: ``light`` or ``dark``.
    """

    _prop_names = ["id", "pages", "theme"]

    def __init__(
        self, id: str | None = None, *, pages: list[dict[str, Any]] | None = None, theme: str | None = None
    ) -> None:
        super().__init__(id=id, pages=pages, theme=theme)
