"""What a page is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dash import Dash
from dash.development.base_component import Component

from dashboard.settings import Settings


@dataclass(frozen=True)
class Page:
    """One page of the board.

    Attributes:
        name: Word in the URL: ``scalars`` is at ``/scalars``.
        title: Word on its tab.
        icon: A Tabler icon of `dashboard/vendor/tabler`.
        kinds: Kinds of summary that give it a tab.
        layout: Makes its content.
        register: Adds its callbacks to a Dash application. They name their ids, so the page need not be open.
    """

    name: str
    title: str
    icon: str
    kinds: tuple[str, ...]
    layout: Callable[[Settings], Component]
    register: Callable[[Dash], None]

    @property
    def path(self) -> str:
        """Path of the page below the board's address."""
        return f"/{self.name}"
