"""The style sheets of the page in one, with its icons in it: ``static/board.css``.

The icons are one picture, of which each shows its part: a browser makes a document of its own of each SVG that it
masks with, for which the first charts would wait.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from urllib.parse import quote

SHEET = "static/board.css"
ICONS = "vendor/tabler/icons.css"
SHEETS = (
    "static/css/tokens.css",
    "static/css/base.css",
    ICONS,
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
_ICON = re.compile(r"(?P<selector>\.[\w-]+) \{ mask-image: url\((?P<path>[\w-]+\.svg)\); \}")
_ICON_PX = 24
_KEPT = "/:;,= '()"  # what a data URL in double quotes may hold as it is


def write_sheet(read: Callable[[str], str]) -> str:
    """Joins the sheets.

    Args:
        read: Gives the text of a file by its path below the package.
    """
    return "\n".join(_join_icons(read) if name == ICONS else _lead(name, read) for name in SHEETS)


def _join_icons(read: Callable[[str], str]) -> str:
    """The sheet of the icons: one picture of all, one below the other, and for each where it is in that."""
    icons = list(_ICON.finditer(read(ICONS)))
    count, last = len(icons), len(icons) - 1
    drawn = [read(posixpath.join(posixpath.dirname(ICONS), icon["path"])) for icon in icons]
    placed = (text.replace("<svg", f'<svg y="{row * _ICON_PX}"', 1) for row, text in enumerate(drawn))
    box = f'width="{_ICON_PX}" height="{count * _ICON_PX}" viewBox="0 0 {_ICON_PX} {count * _ICON_PX}"'
    picture = quote(f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(placed)}</svg>', safe=_KEPT)
    all_ = f'.icon {{ mask-image: url("data:image/svg+xml,{picture}"); mask-size: auto {count}00%; }}'
    own = (f"{icon['selector']} {{ mask-position: 50% {100 * row / last:.6g}%; }}" for row, icon in enumerate(icons))
    return "\n".join([all_, *own])


def _lead(name: str, read: Callable[[str], str]) -> str:
    """A sheet whose addresses lead from the joined one."""
    folder, place = posixpath.dirname(name), posixpath.dirname(SHEET)

    def lead(found: re.Match[str]) -> str:
        path = posixpath.normpath(f"{folder}/{found['path']}")
        if path.endswith(".svg"):
            return f'url("data:image/svg+xml,{quote(read(path), safe=_KEPT)}")'
        return f'url("{posixpath.relpath(path, place)}")'

    return _URL.sub(lead, read(name))
