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
    if str(host.layout) != "torch.strided":
        host = host.to_dense()
    host = host.resolve_conj().resolve_neg()
    try:
        return np.array(host.numpy())
    except TypeError:  # bfloat16 and float8, which NumPy does not have
        return np.array(host.float().numpy())


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
