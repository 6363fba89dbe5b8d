"""The graph of whatever a user calls his model, recognised by the libraries that are imported already."""

from __future__ import annotations

import logging
import sys
import weakref
from collections.abc import Mapping
from typing import Any

from summaries.adapters.contract import OTHER_LIBRARY
from summaries.proto.graph_pb2 import GraphDef

_LOG = logging.getLogger(__name__)
_ENCODED: weakref.WeakKeyDictionary[Any, dict[tuple[str, bytes, str], bytes]] = weakref.WeakKeyDictionary()


def is_keras_model(model: Any) -> bool:
    """Whether `model` is a Keras model."""
    keras = sys.modules.get("keras")
    return keras is not None and hasattr(keras, "Model") and isinstance(model, keras.Model)


def find_graph(model: Any, inputs: tuple[Any, ...], keywords: Mapping[str, Any]) -> tuple[GraphDef, Any] | None:
    """The graph of a `GraphDef`, an object with `__summary_graph__`, an NNX or Equinox module or a JAX function.

    Returns:
        The graph and, of what JAX traced, its `Traced`, which can be compiled; None if `model` is none of these.

    Raises:
        ConversionError: If JAX traced the function, but what it gave cannot be read.
    """
    message = model.__summary_graph__() if hasattr(model, "__summary_graph__") else model
    if getattr(getattr(message, "DESCRIPTOR", None), "name", None) == "GraphDef":
        return GraphDef.FromString(message.SerializeToString()), None
    if "jax" not in sys.modules or not callable(model):
        return None
    from summaries.adapters.jax_graph import find_module_base, graph_of_function, graph_of_module

    make = graph_of_function if find_module_base(model) is None else graph_of_module
    return make(model, inputs, keywords)


def encode_program(tag: str, compiled: Any, graph: GraphDef, function: str) -> bytes:
    """A `Summary.Value` with a compiled program; empty, after one warning, where its text cannot be read."""
    try:
        return _encode_program(tag, compiled, graph.SerializeToString(), function)
    except OTHER_LIBRARY as error:
        _LOG.warning("Could not read the compiled program: %r. Continuing without it.", error)
        return b""


def _encode_program(tag: str, compiled: Any, graph: bytes, function: str) -> bytes:
    """Kept as long as the program, since a search fits the same one many times."""
    from summaries.adapters.xla import read_compiled
    from summaries.kinds.xla_programs import encode_xla_program

    known = _ENCODED.setdefault(compiled, {})
    key = tag, graph, function
    if key not in known:
        platform = sys.modules["jax"].default_backend()
        program = read_compiled(compiled, GraphDef.FromString(graph), function, platform=platform)
        known[key] = encode_xla_program(tag, program)
    return known[key]
