"""PyTorch tensors: mutable, so they are copied at once."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from summaries.adapters.contract import Adapter


def _is_instance(torch: ModuleType, value: Any) -> bool:
    return isinstance(value, torch.Tensor)


def _to_numpy(value: Any) -> npt.NDArray[np.generic]:
    host = value.detach().cpu()
    if str(host.dtype) == "torch.bfloat16":  # NumPy has none
        host = host.float()
    return np.array(host.numpy())


def _start_copy(_value: Any) -> None:
    """Nothing to begin: the copy is made at once."""


TORCH = Adapter(
    module_name="torch",
    is_instance=_is_instance,
    to_numpy=_to_numpy,
    is_deferred=False,
    is_ready=lambda _value: True,
    start_copy=_start_copy,
)
