"""The Training step view: what each module keeps for its backward pass, which gradients it gives, how it is updated.

A traced step → costs booked at the modules of the forward pass → rows in forward order. Pure Python, without Dash.
"""

from __future__ import annotations

from dashboard.graph.step.answers import NO_BACKWARD as NO_BACKWARD
from dashboard.graph.step.answers import NO_STEP as NO_STEP
from dashboard.graph.step.answers import StepGraph as StepGraph
from dashboard.graph.step.answers import operations_answer as operations_answer
from dashboard.graph.step.answers import place_answer as place_answer
from dashboard.graph.step.answers import read_step_graph as read_step_graph
from dashboard.graph.step.answers import step_answer as step_answer
