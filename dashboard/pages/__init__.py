"""The pages, in the order of their tabs. A new page is a folder with a `view.py` and one line here."""

from __future__ import annotations

from dashboard.pages.graph import view as graph
from dashboard.pages.histograms import view as histograms
from dashboard.pages.page import Page as Page
from dashboard.pages.scalars import view as scalars

PAGES = (
    Page("scalars", "Scalars", "chart-line", ("scalars",), scalars.layout, scalars.register),
    Page("histograms", "Histograms", "chart-histogram", ("histograms",), histograms.layout, histograms.register),
    Page("graph", "Graph", "hierarchy-3", ("graphs",), graph.layout, graph.register),
)
