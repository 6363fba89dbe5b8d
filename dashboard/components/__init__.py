"""The Dash components of board; their browser side is `static/js/<name>.js`, one native ES module each."""

from __future__ import annotations

from dashboard.components.base import BoardComponent as BoardComponent
from dashboard.components.card_grid import CardGrid as CardGrid
from dashboard.components.controls import CardLayout as CardLayout
from dashboard.components.controls import Delta as Delta
from dashboard.components.controls import Export as Export
from dashboard.components.controls import Groups as Groups
from dashboard.components.controls import NewChart as NewChart
from dashboard.components.controls import ResetZoom as ResetZoom
from dashboard.components.controls import Smoothing as Smoothing
from dashboard.components.controls import StepRange as StepRange
from dashboard.components.controls import TagFilter as TagFilter
from dashboard.components.controls import Toggle as Toggle
from dashboard.components.controls import XAxis as XAxis
from dashboard.components.graph_view import GraphView as GraphView
from dashboard.components.page_address import PageAddress as PageAddress
from dashboard.components.page_failure import PageFailure as PageFailure
from dashboard.components.panel_edge import PanelEdge as PanelEdge
from dashboard.components.run_list import RunList as RunList
from dashboard.components.top_bar import TopBar as TopBar
