"""The edge between the run panel and the page."""

from __future__ import annotations

from dashboard.components.base import BoardComponent


class PanelEdge(BoardComponent):
    """What one drags, or moves by the arrow keys, to set the width of the run panel."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
