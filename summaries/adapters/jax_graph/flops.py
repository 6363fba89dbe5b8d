"""Floating-point operations and sizes of one equation of a jaxpr."""

from __future__ import annotations

import math
from typing import Any

# They move data and compute nothing.
_MOVES = frozenset(
    {
        "argsort",
        "bitcast_convert_type",
        "broadcast_in_dim",
        "concatenate",
        "cond",
        "convert_element_type",
        "copy",
        "copy_p",
        "device_put",
        "dynamic_slice",
        "dynamic_update_slice",
        "expand_dims",
        "gather",
        "iota",
        "optimization_barrier",
        "pad",
        "reduce_precision",
        "reshape",
        "rev",
        "scatter",
        "select_n",
        "sharding_constraint",
        "slice",
        "sort",
        "split",
        "squeeze",
        "stack",
        "stop_gradient",
        "transpose",
    }
)


def count_flops(eqn: Any) -> int:
    """Floating-point operations of one equation; a multiply-add counts as 2."""
    name = eqn.primitive.name
    if name in _MOVES or name.startswith("random_"):
        return 0
    out_size = sum(size_of(var.aval) for var in eqn.outvars)
    if name == "dot_general":
        (contracted, _), _ = eqn.params["dimension_numbers"]
        return int(2 * out_size * math.prod(eqn.invars[0].aval.shape[axis] for axis in contracted))
    if name == "conv_general_dilated":
        kernel = eqn.invars[1].aval
        out_features = kernel.shape[eqn.params["dimension_numbers"].rhs_spec[0]]
        return int(2 * out_size * size_of(kernel) // int(out_features))
    if name.startswith(("reduce", "cum", "arg", "scatter")):
        return size_of(eqn.invars[-1 if name.startswith("scatter") else 0].aval)
    return out_size


def size_of(aval: Any) -> int:
    """Number of elements; JAX's own `size` looks at each axis for what a traced program never has."""
    return math.prod(getattr(aval, "shape", (0,)))


def num_bytes(aval: Any) -> int:
    """Size in bytes; 0 of what is no array."""
    return size_of(aval) * int(getattr(getattr(aval, "dtype", None), "itemsize", 0))
