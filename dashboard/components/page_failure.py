"""What stands in the place of a page that could not be made."""

from __future__ import annotations

from dashboard.components.base import BoardComponent


class PageFailure(BoardComponent):
    """Says that a page failed, and that the others work.

    Args:
        id: Dash's id.
        evidence: What failed, in a line.
        attempts: Set by the browser: how often the person asked for another try.
    """

    _prop_names = ["id", "evidence", "attempts"]

    def __init__(self, id: str | None = None, *, evidence: str, attempts: int = 0) -> None:
        super().__init__(id=id, evidence=evidence, attempts=attempts)
