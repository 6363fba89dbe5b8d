"""What logging the graph of a step costs at the start of a run, beside compiling that step for the first time."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from summaries import SummaryWriter
from summaries.adapters.jax_graph import graph_from_jaxpr
from tests.benchmarks import transformers
from tests.benchmarks.row import Row

NUM_BLOCKS = 24
REPEATS = 3
GOAL = 20  # less than 5 % of the compile time


def measure() -> Iterator[Row]:
    """Yields the rows of logging a graph."""
    (traced, names, params), trace_secs = _timed(lambda: transformers.trace_step(NUM_BLOCKS))
    compiled, compile_secs = _timed(lambda: traced.lower().compile())
    compile_secs += trace_secs

    def log() -> Any:
        graph = graph_from_jaxpr(traced.jaxpr, input_names=names, params=params)
        with tempfile.TemporaryDirectory() as folder, SummaryWriter(folder) as writer:
            writer.add_graph(graph)
        return graph

    runs = [_timed(log) for _ in range(REPEATS)]
    graph = runs[0][0]
    what = f"step of {NUM_BLOCKS} blocks, {len(graph.node):,} nodes: "
    yield Row(f"{what}log the graph", "s", min(secs for _, secs in runs), "trace and compile it", compile_secs, GOAL)

    def log_program() -> None:
        with tempfile.TemporaryDirectory() as folder, SummaryWriter(folder) as writer:
            writer.add_compiled(compiled, graph, "step")

    secs = min(_timed(log_program)[1] for _ in range(REPEATS))
    yield Row(f"{what}and what XLA made of it, in the background", "s", secs, "trace and compile it", compile_secs, 0)


def _timed(function: Callable[[], Any]) -> tuple[Any, float]:
    """What a function gives, and the CPU seconds that this process took for it, in all threads."""
    started = time.process_time()
    return function(), time.process_time() - started
