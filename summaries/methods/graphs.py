"""Computation graphs, and what their execution took."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from os import PathLike
from typing import Any

from summaries.adapters.contract import ConversionError
from summaries.adapters.models import encode_program, find_graph, is_keras_model
from summaries.adapters.onnx_graph import load_onnx_graph
from summaries.adapters.torch_graph import is_torch_module, trace_torch_module
from summaries.columns import GRAPH_TAG
from summaries.events import RUN_METADATA_TAG, encode_event
from summaries.kinds import GRAPHS, KERAS_MODELS, RUN_METADATA, XLA_PROGRAMS
from summaries.kinds.contract import encode_tag
from summaries.kinds.keras_models import KERAS_TAG
from summaries.kinds.xla_programs import XLA_TAG
from summaries.methods.base import Methods
from summaries.values import to_step, to_time

_LOG = logging.getLogger(__name__)


class GraphMethods(Methods):
    """Methods of the writer that log graphs."""

    def add_graph(
        self,
        model: Any,
        input_to_model: Any = None,
        verbose: bool = False,
        use_strict_trace: bool = True,
        *,
        input_keywords: Mapping[str, Any] | None = None,
        is_compiled: bool = False,
    ) -> None:
        """Logs a computation graph. A model or function is traced, which computes nothing; a Keras model tells itself.

        Args:
            model: A `GraphDef`, an object whose method `__summary_graph__` gives one (an estimator), a JAX function
                (jitted or not: a whole training step, for one), a Flax NNX or Equinox module, a Keras model, or a torch
                module.
            input_to_model: The input, or a tuple of inputs. For JAX, pytrees of arrays or of `jax.ShapeDtypeStruct`.
            verbose: Whether torch prints the graph.
            use_strict_trace: Whether torch refuses lists and dictionaries that the module makes.
            input_keywords: Inputs by name, of a JAX function or module.
            is_compiled: Whether to compile a JAX function too, and log what XLA made of it: memory, and which
                operations run as one.

        Raises:
            TypeError: If the model gives no graph, or `is_compiled` is set and it is nothing that JAX compiles.
        """
        if is_torch_module(model):
            graph, metadata = trace_torch_module(
                model, input_to_model, verbose=verbose, use_strict_trace=use_strict_trace
            )
            self._submit_graph(graph)
            self._submit_metadata(RUN_METADATA_TAG, metadata, 0)
        elif is_keras_model(model):
            blob = KERAS_MODELS.encode(KERAS_TAG, model.to_json())
            self._submit_value((KERAS_TAG,), self._envelope(KERAS_MODELS, KERAS_TAG, blob, KERAS_MODELS.metadata))
        else:
            inputs = input_to_model if isinstance(input_to_model, tuple) else (input_to_model,)
            inputs = () if input_to_model is None else inputs
            self._add_traced(model, inputs, input_keywords or {}, is_compiled=is_compiled)

    def _add_traced(
        self, model: Any, inputs: tuple[Any, ...], keywords: Mapping[str, Any], *, is_compiled: bool
    ) -> None:
        try:
            found = find_graph(model, inputs, keywords)
        except ConversionError as error:
            _LOG.warning("Could not convert the graph: %s Continuing without a graph.", error)
            return
        if found is None:
            rule = "a GraphDef, an object with the method __summary_graph__, or a function or module of a known library"
            raise TypeError(
                f"model must be {rule}; got {type(model).__name__}. Pass the estimator, or convert the model first."
            )
        graph, traced = found
        if is_compiled and traced is None:
            raise TypeError(
                f"model must be a JAX function or module to be compiled; got {type(model).__name__}. "
                "Leave out is_compiled, or pass the function."
            )
        self._submit_graph(graph.SerializeToString())
        if is_compiled:
            self.add_compiled(traced.lower().compile(), graph, getattr(model, "__name__", "call"))

    def add_compiled(self, compiled: Any, graph: Any, function: str, *, tag: str = XLA_TAG) -> None:
        """Logs what XLA made of a function: totals of the compiler, and kernels with estimates. Read in the background.

        Args:
            compiled: As `jax.jit(f).lower(…).compile()` gives it.
            graph: The `GraphDef` of the function.
            function: Name of the function; it may be called inside of what was compiled.
            tag: Name of the program in the run.
        """
        encode_tag(tag)
        wall_time = to_time(None)

        def encode() -> bytes:
            blob = encode_program(tag, compiled, graph, function)
            return encode_event(wall_time, 0, XLA_PROGRAMS.envelope(blob, XLA_PROGRAMS.metadata)) if blob else b""

        self._submit((tag,), 0, encode, arrays=())

    def add_run_metadata(
        self, run_metadata: Any, tag: str, global_step: int | None = None, *, walltime: float | None = None
    ) -> None:
        """Logs time and memory of each node in one execution of the graph, as TensorFlow 1's `FileWriter` does.

        Args:
            run_metadata: A `RunMetadata` message, of any package, or its bytes.
            tag: Name of the execution, as `step_100`.
            global_step: Step of the execution.
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If the bytes are no `RunMetadata`.
        """
        data = run_metadata if isinstance(run_metadata, bytes) else run_metadata.SerializeToString()
        RUN_METADATA.decode(data)
        self._submit_metadata(tag, data, to_step(global_step), walltime)

    def add_onnx_graph(self, prototxt: str | PathLike[str]) -> None:
        """Logs the graph in an ONNX file.

        Args:
            prototxt: The file.

        Raises:
            ImportError: If onnx is not installed.
            OSError: If the file cannot be read.
        """
        self._submit_graph(load_onnx_graph(prototxt).SerializeToString())

    def _submit_graph(self, graph: bytes) -> None:
        self._submit_value((GRAPH_TAG,), GRAPHS.envelope(graph))

    def _submit_metadata(self, tag: str, metadata: bytes, step: int, walltime: float | None = None) -> None:
        encode_tag(tag)
        self._submit_value((tag,), RUN_METADATA.envelope(metadata, tag=tag), step, walltime)

    def _submit_value(self, tags: tuple[str, ...], fields: bytes, step: int = 0, walltime: float | None = None) -> None:
        record = encode_event(to_time(walltime), step, fields)
        self._submit(tags, step, lambda: record, num_bytes=len(record))
