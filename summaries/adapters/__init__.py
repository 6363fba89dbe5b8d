"""Values of foreign libraries as NumPy arrays, without importing any of them.

Synopsis:
    >>> import numpy as np
    >>> is_deferred(np.float32(1)), to_numpy([1, 2])
    (False, array([1, 2]))
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from summaries.adapters.contract import Adapter as Adapter
from summaries.adapters.jax_arrays import JAX as JAX
from summaries.adapters.torch_tensors import TORCH as TORCH

ADAPTERS: tuple[Adapter, ...] = (JAX, TORCH)
"""All adapters to array libraries."""


def find_adapter(value: Any) -> Adapter | None:
    """The adapter for `value`, None if no imported library owns it."""
    for adapter in ADAPTERS:
        module = sys.modules.get(adapter.module_name)
        if module is not None and adapter.is_instance(module, value):
            return adapter
    return None


def is_deferred(value: Any) -> bool:
    """Whether a background thread should fetch `value`; if so, its copy to the host is begun.

    Raises:
        ValueError: If the value can never be fetched.
    """
    adapter = find_adapter(value)
    if adapter is None or not adapter.is_deferred:
        return False
    adapter.start_copy(value)
    return True


def are_ready(values: Iterable[Any]) -> bool:
    """Whether `to_numpy` would not wait for a device for any of `values`."""
    adapters = ((find_adapter(value), value) for value in values)
    return all(adapter is None or adapter.is_ready(value) for adapter, value in adapters)


def to_numpy(value: Any) -> npt.NDArray[Any]:
    """`value` as a NumPy array; a NumPy array is given back as it is. Waits for values that are still being computed.

    What no adapter owns is taken through `__array__`, or through dlpack where it has only that.

    Raises:
        ValueError: If the value cannot be fetched.
    """
    adapter = find_adapter(value)
    if adapter is not None:
        return adapter.to_numpy(value)
    if hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
        return np.from_dlpack(value)
    return np.asarray(value)


def to_plain_numpy(value: Any) -> npt.NDArray[Any]:
    """As `to_numpy`, with the short floats that NumPy itself does not know, as bfloat16, as float32."""
    array = to_numpy(value)
    return array.astype(np.float32) if array.dtype.kind == "V" and "float" in array.dtype.name else array
