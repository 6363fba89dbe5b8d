"""JAX arrays: immutable, and perhaps still being computed, so the background thread fetches them."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from summaries.adapters.contract import Adapter


def _is_instance(jax: ModuleType, value: Any) -> bool:
    return isinstance(value, jax.Array)


def _to_numpy(value: Any) -> npt.NDArray[np.generic]:
    """Waits for the value, without the interpreter's lock.

    Raises:
        ValueError: If the array was donated to a compiled function, and so is deleted.
    """
    if value.is_deleted():
        rule = "value must still exist; got a deleted array, which was donated to a compiled function"
        raise ValueError(f"{rule}. Log it before, or log a copy.")
    return np.asarray(value)


def _is_ready(value: Any) -> bool:
    return bool(value.is_deleted() or value.is_ready())


def _start_copy(value: Any) -> None:
    if isinstance(value, sys.modules["jax"].core.Tracer):
        raise ValueError(
            f"value must be concrete; got {value}. Return it from the compiled function and log it outside."
        )
    if not value.is_deleted():
        value.copy_to_host_async()


JAX = Adapter(
    module_name="jax",
    is_instance=_is_instance,
    to_numpy=_to_numpy,
    is_deferred=True,
    is_ready=_is_ready,
    start_copy=_start_copy,
)
