"""Computation graphs."""

from __future__ import annotations

from os import PathLike
from typing import Any

from summaries.adapters.onnx_graph import load_onnx_graph
from summaries.adapters.torch_graph import is_torch_module, trace_torch_module
from summaries.columns import GRAPH_TAG
from summaries.events import encode_event, run_metadata_field
from summaries.kinds import GRAPHS
from summaries.methods.base import Methods
from summaries.values import to_time


class GraphMethods(Methods):
    """Methods of the writer that log graphs."""

    def add_graph(
        self, model: Any, input_to_model: Any = None, verbose: bool = False, use_strict_trace: bool = True
    ) -> None:
        """Logs a computation graph.

        Args:
            model: A `GraphDef`, an object whose method `__summary_graph__` gives one, or a torch module.
            input_to_model: Input of a torch module, or a tuple of inputs.
            verbose: Whether torch prints the graph.
            use_strict_trace: Whether torch refuses lists and dictionaries that the module makes.

        Raises:
            TypeError: If the model gives no graph.
        """
        if is_torch_module(model):
            graph, metadata = trace_torch_module(
                model, input_to_model, verbose=verbose, use_strict_trace=use_strict_trace
            )
            self._submit_graph(graph, run_metadata_field(metadata))
            return
        message = model.__summary_graph__() if hasattr(model, "__summary_graph__") else model
        descriptor = getattr(message, "DESCRIPTOR", None)
        if getattr(descriptor, "name", None) != "GraphDef":
            rule = "a GraphDef or an object with the method __summary_graph__"
            raise TypeError(
                f"model must be {rule}; got {type(model).__name__}. Pass the estimator, or convert the model first."
            )
        self._submit_graph(message.SerializeToString())

    def add_onnx_graph(self, prototxt: str | PathLike[str]) -> None:
        """Logs the graph in an ONNX file.

        Args:
            prototxt: The file.

        Raises:
            ImportError: If onnx is not installed.
            OSError: If the file cannot be read.
        """
        self._submit_graph(load_onnx_graph(prototxt).SerializeToString())

    def _submit_graph(self, graph: bytes, metadata_field: bytes = b"") -> None:
        wall_time = to_time(None)
        records = encode_event(wall_time, 0, GRAPHS.envelope(graph))
        if metadata_field:
            records += encode_event(wall_time, 0, metadata_field)
        self._submit((GRAPH_TAG,), 0, lambda: records, num_bytes=len(records))
