"""The pages, in the order of their tabs. A new page is a folder with a `view.py` and one line here."""

from __future__ import annotations

from dashboard.pages.graph.view import PAGE as _GRAPH
from dashboard.pages.histograms.view import PAGE as _HISTOGRAMS
from dashboard.pages.page import Page as Page
from dashboard.pages.scalars.view import PAGE as _SCALARS

PAGES = (_SCALARS, _HISTOGRAMS, _GRAPH)
