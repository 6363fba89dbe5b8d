"""What an adapter to a foreign library offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

OTHER_LIBRARY = (
    AssertionError,
    AttributeError,
    ImportError,
    IndexError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What reading a library's private parts can raise where they are others than here."""


class ConversionError(ValueError):
    """What a library gave was understood by it, and cannot be read here."""


@dataclass(frozen=True)
class Adapter:
    """Turns a library's values into NumPy arrays. It is asked only if the program has imported the library.

    Attributes:
        module_name: The library's name in `sys.modules`.
        is_instance: `(module, value) -> bool`: whether the value is the library's.
        to_numpy: `value -> array`. May wait for the device. The array is not shared with anything that changes.
        is_deferred: Whether the value cannot change and may not be there yet, so that a background thread should fetch
            it.
        is_ready: `value -> bool`: whether `to_numpy` would not wait.
        start_copy: `value -> None`: begins to bring the value to the host, without waiting; only for deferred ones.
            Raises ValueError if the value can never be fetched.
    """

    module_name: str
    is_instance: Callable[[ModuleType, Any], bool]
    to_numpy: Callable[[Any], npt.NDArray[np.generic]]
    is_deferred: bool
    is_ready: Callable[[Any], bool]
    start_copy: Callable[[Any], None]
