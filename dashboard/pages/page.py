"""What a page is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dash.development.base_component import Component

from dashboard.settings import Settings

# The keys of every page of cards, which `static/js/view_keys.js` registers together too.
CARD_KEYS = {
    "closed": "A group that was closed; may come several times",
    "open": "A group that was opened; may come several times",
    "card": "Tag of a card in full width; may come several times",
    "pin": "Tag of a pinned card; may come several times, in their order",
    "full": "Tag of the card that fills the window",
}


@dataclass(frozen=True)
class Page:
    """One page of the board: a folder with `view.py`, which makes its layout and holds its `PAGE`.

    A page that makes Plotly figures has `figures.py` beside it: pure functions from columns to a figure, which never
    import Dash. The URL keys are all that a link of the page carries; `static/js/view_keys.js` says how their values
    are written.

    Attributes:
        name: Word in the URL: ``scalars`` is at ``/scalars``.
        title: Word on its tab.
        icon: A Tabler icon of `dashboard/vendor/tabler`.
        kinds: Kinds of summary that give it a tab.
        url_keys: Each key of its own that stands in the URL, and what it says.
        layout: Makes its content.
    """

    name: str
    title: str
    icon: str
    kinds: tuple[str, ...]
    url_keys: Mapping[str, str]
    layout: Callable[[Settings], Component]

    @property
    def has_cards(self) -> bool:
        """Whether it has a card for each tag."""
        return self.url_keys.keys() >= CARD_KEYS.keys()

    @property
    def path(self) -> str:
        """Path of the page below the board's address."""
        return f"/{self.name}"
