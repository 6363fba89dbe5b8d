"""The graph of a PyTorch module, traced by torch itself."""

from __future__ import annotations

import sys
from typing import Any


def is_torch_module(model: Any) -> bool:
    """Whether `model` is a `torch.nn.Module` or a compiled one."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def trace_torch_module(
    model: Any, input_to_model: Any, *, verbose: bool, use_strict_trace: bool
) -> tuple[bytes, bytes]:
    """The graph of one forward pass.

    Args:
        model: The module.
        input_to_model: Its input, or a tuple of inputs.
        verbose: Whether to print the graph.
        use_strict_trace: As `strict` of `torch.jit.trace`.

    Returns:
        A serialised `GraphDef` and a serialised `RunMetadata`.

    Raises:
        ImportError: If TensorBoard is not installed, through which torch makes graphs.
    """
    try:
        from torch.utils.tensorboard._pytorch_graph import graph
    except ImportError as error:
        raise ImportError(
            "The graph of a torch module needs TensorBoard. Install it: pip install tensorboard"
        ) from error
    graph_def, step_stats = graph(model, input_to_model, verbose, use_strict_trace)
    return graph_def.SerializeToString(), step_stats.SerializeToString()
