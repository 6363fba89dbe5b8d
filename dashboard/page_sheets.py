"""The style sheets of the page in one, with its icons in it: ``static/board.css``."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from urllib.parse import quote

SHEET = "static/board.css"
SHEETS = (
    "static/css/tokens.css",
    "static/css/base.css",
    "vendor/tabler/icons.css",
    "vendor/uplot/uPlot.min.css",
    "static/css/shell.css",
    "static/css/overlay.css",
    "static/css/live.css",
    "static/css/cards.css",
    "static/css/plot.css",
    "static/css/histograms.css",
    "static/css/graph.css",
    "static/css/graph_step.css",
    "static/css/graph_tools.css",
    "static/css/graph_colors.css",
    "static/css/runs.css",
    "static/css/states.css",
    "static/css/health.css",
    "static/css/controls.css",
    "static/css/grouping.css",
    "static/css/details.css",
    "static/css/palette.css",
)
"""In the order in which their rules count."""
_URL = re.compile(r"""url\(["']?(?P<path>[^"')]+)["']?\)""")
_KEPT = "/:;,= '()"  # what a data URL in double quotes may hold as it is


def write_sheet(read: Callable[[str], str]) -> str:
    """Joins the sheets.

    Args:
        read: Gives the text of a file by its path below the package.
    """
    return "\n".join(_lead(name, read) for name in SHEETS)


def _lead(name: str, read: Callable[[str], str]) -> str:
    """A sheet whose addresses lead from the joined one."""
    folder, place = posixpath.dirname(name), posixpath.dirname(SHEET)

    def lead(found: re.Match[str]) -> str:
        path = posixpath.normpath(f"{folder}/{found['path']}")
        if path.endswith(".svg"):
            return f'url("data:image/svg+xml,{quote(read(path), safe=_KEPT)}")'
        return f'url("{posixpath.relpath(path, place)}")'

    return _URL.sub(lead, read(name))
