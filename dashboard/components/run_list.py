"""The run panel."""

from __future__ import annotations

from dashboard.components.base import BoardComponent


class RunList(BoardComponent):
    """Runs of the logdir, to filter, select and point at; every page follows its selection."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
