"""The path in the browser's address bar."""

from __future__ import annotations

from dashboard.components.base import BoardComponent


class PageAddress(BoardComponent):
    """Draws nothing; says which page the address names.

    Args:
        id: Dash's id.
        path: Set by the browser: path of the address.
    """

    _prop_names = ["id", "path"]

    def __init__(self, id: str | None = None, *, path: str | None = None) -> None:
        super().__init__(id=id, path=path)
