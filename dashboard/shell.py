"""The frame of every page: top bar, run panel, and the page that the URL names."""

from __future__ import annotations

import logging
import re

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


def index_html(files: str) -> str:
    """The page that Dash fills in; `files` is the path below which the files of the page lie."""
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
    <script src="{files}/static/js/components.js"></script>
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
    """Makes the frame; `register_callbacks` fills the page in."""
    prefix = settings.path_prefix
    bar = [
        {"path": prefix + page.path, "name": page.name, "title": page.title, "icon": page.icon, "kinds": page.kinds}
        for page in PAGES
    ]
    return html.Div(
        className="shell",
        children=[
            PageAddress(id="address"),
            html.Div(TopBar(id="top", pages=bar, version=__version__), className="top"),
            html.Div([RunList(id="runs"), PanelEdge(id="runs-edge")], className="runs-slot"),
            html.Main(id="page", className="page"),
        ],
    )


def register_callbacks(app: Dash, settings: Settings) -> None:
    """Connects the URL to the page."""

    @app.callback(
        Output("page", "children"),
        Input("address", "path"),
        Input("page-failure", "attempts", allow_optional=True),
        on_error=tell_failure,
    )
    def show_page(path: str | None, _: int | None) -> Component:
        return find_page((path or "").removeprefix(settings.path_prefix)).layout(settings)


def tell_failure(error: Exception) -> Component:
    """What stands in the place of a page that could not be made. The page learns no more than the kind of the error."""
    _log.error("A page could not be made.", exc_info=error)
    return PageFailure(id="page-failure", evidence=f"{type(error).__name__} on the server. What it printed says more.")


def find_page(path: str | None) -> Page:
    """The page at a path; the first page for any other."""
    return next((page for page in PAGES if page.path == (path or "").rstrip("/")), PAGES[0])
