"""The frame of every page: top bar, run panel, and the page that the URL names."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from dashboard import __version__
from dashboard.components import PageAddress, PageFailure, PanelEdge, RunList, TopBar
from dashboard.page_scripts import SCRIPT
from dashboard.page_sheets import SHEET
from dashboard.pages import PAGES
from dashboard.pages.page import Page
from dashboard.settings import Settings

_log = logging.getLogger(__name__)


_FONTS = tuple(f"vendor/{name}-latin-wght-normal.woff2" for name in ("inter/inter", "jetbrains-mono/jetbrains-mono"))
_FIRST_ASKED = ("_dash-layout", "_dash-dependencies", "data/runs?since=0", "data/sidecar")

asked_for: ContextVar[str] = ContextVar("asked_for", default="")
"""The path of the page that is asked for, without that of the board."""
asked_from: ContextVar[str] = ContextVar("asked_from", default="")
"""The address of the page that a request comes from, as HTTP's Referer has it; empty if it does not say."""


def index_html(prefix: str, files: str) -> str:
    """The page that Dash fills in.

    Args:
        prefix: Path below which the board lies.
        files: Path below which the files of the page lie.
    """
    page = find_page(asked_for.get())
    asked = (*_FIRST_ASKED, f"data/tags?kind={page.name}") if page.has_cards else _FIRST_ASKED
    preloads = "".join(f'    <link rel="preload" as="fetch" crossorigin href="{prefix}/{path}">\n' for path in asked)
    fonts = "".join(f'    <link rel="preload" as="font" crossorigin href="{files}/{font}">\n' for font in _FONTS)
    return f"""<!DOCTYPE html>
<html lang="en">
  <head>
    {{%metas%}}
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{{%title%}}</title>
    <link rel="icon" type="image/svg+xml" href="{files}/static/mark.svg">
    <script src="{files}/static/js/appearance_boot.js"></script>
    <link rel="stylesheet" href="{files}/{SHEET}">
    <link rel="modulepreload" href="{files}/{SCRIPT}">
{preloads}{fonts}    <script src="{files}/static/js/components.js"></script>
    {{%css%}}
  </head>
  <body>
    {{%app_entry%}}
    <footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
  </body>
</html>
"""


_UNUSED_SCRIPTS = re.compile(r'<script src="[^"]*/(?:dash/dcc|dash/dash_table|deps/polyfill)\b[^"]*"></script>\n?')


def drop_unused(scripts: str) -> str:
    """Dash's script tags without the parts that no page uses; a browser would parse half a megabyte for nothing."""
    return _UNUSED_SCRIPTS.sub("", scripts)


def layout(settings: Settings) -> Component:
    """Makes the frame, and the first page in it if that is asked for; `register_callbacks` fills in the others.

    Dash makes the layout once at its start, so that a first page that cannot be made is told there.
    """
    prefix = settings.path_prefix
    path = urlsplit(asked_from.get()).path
    page = find_page(path.removeprefix(prefix))
    is_first = page is PAGES[0]
    bar = [
        {"path": prefix + page.path, "name": page.name, "title": page.title, "icon": page.icon, "kinds": page.kinds}
        for page in PAGES
    ]
    label: dict[str, Any] = {"aria-label": "Runs"}
    return html.Div(
        className="shell",
        children=[
            PageAddress(id="address", path=path if is_first else None),
            html.Div(TopBar(id="top", pages=bar, version=__version__), className="top"),
            html.Aside([RunList(id="runs"), PanelEdge(id="runs-edge")], className="runs-slot", **label),
            html.Main(id="page", className="page", children=make_content(page, settings) if is_first else None),
        ],
    )


def register_callbacks(app: Dash, settings: Settings) -> None:
    """Connects the URL to the page."""

    @app.callback(
        Output("page", "children"),
        Input("address", "path"),
        Input("page-failure", "attempts", allow_optional=True),
        on_error=tell_failure,
        prevent_initial_call=True,
    )
    def show_page(path: str | None, _: int | None) -> list[Component]:
        return make_content(find_page((path or "").removeprefix(settings.path_prefix)), settings)


def make_content(page: Page, settings: Settings) -> list[Component]:
    """A page under its name, which its tab shows already: only readers of the screen are told it."""
    return [html.H1(page.title, className="visually-hidden"), page.layout(settings)]


def tell_failure(error: Exception) -> Component:
    """What stands in the place of a page that could not be made. The page learns no more than the kind of the error."""
    _log.error("A page could not be made.", exc_info=error)
    return PageFailure(id="page-failure", evidence=f"{type(error).__name__} on the server. What it printed says more.")


def find_page(path: str | None) -> Page:
    """The page at a path; the first page for any other."""
    return next((page for page in PAGES if page.path == (path or "").rstrip("/")), PAGES[0])
