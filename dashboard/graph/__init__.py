"""Graphs: a logged GraphDef → a tree of scopes → placed boxes and paths. Pure Python, without Dash.

>>> from summaries.proto.graph_pb2 import GraphDef, NodeDef
>>> definition = GraphDef(node=[NodeDef(name="x", op="Placeholder"), NodeDef(name="net/relu", op="Relu", input=["x"])])
>>> hierarchy = build_hierarchy(read_graph(definition))
>>> [(box.kind, box.id, box.y) for box in layout(hierarchy, frozenset()).boxes]
[('input', 'x', 0.0), ('module', 'net', 74.0)]
"""

from __future__ import annotations

from dashboard.graph.answers import drawing_answer as drawing_answer
from dashboard.graph.definition import has_backward_pass as has_backward_pass
from dashboard.graph.definition import read_graph as read_graph
from dashboard.graph.hierarchy import Hierarchy as Hierarchy
from dashboard.graph.index import build_hierarchy as build_hierarchy
from dashboard.graph.layout import layout as layout
from dashboard.graph.live_values import MISSING as MISSING
from dashboard.graph.live_values import Moments as Moments
from dashboard.graph.live_values import is_live as is_live
from dashboard.graph.live_values import sum_up as sum_up
from dashboard.graph.logged import LoggedTag as LoggedTag
from dashboard.graph.logged import match_tags as match_tags
from dashboard.graph.panel import panel_answer as panel_answer
from dashboard.graph.quantities import MISSING_COSTS as MISSING_COSTS
from dashboard.graph.quantities import sum_costs as sum_costs
from dashboard.graph.search import search_answer as search_answer
from dashboard.graph.stacks import read_blocks as read_blocks
