"""The bar above every page."""

from __future__ import annotations

from typing import Any

from dashboard.components.base import BoardComponent


class TopBar(BoardComponent):
    """Mark, logdirs, tabs of the pages that have data, live state, theme and settings.

    Args:
        id: Dash's id.
        pages: ``{"path", "title", "icon", "kinds"}`` of each page, in order.
        version: Of the board, for the settings to show.
    """

    _prop_names = ["id", "pages", "version"]

    def __init__(
        self,
        id: str | None = None,
        *,
        pages: list[dict[str, Any]] | None = None,
        version: str | None = None,
    ) -> None:
        super().__init__(id=id, pages=pages, version=version)
