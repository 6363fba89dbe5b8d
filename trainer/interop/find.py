"""Finds the adapter of an object by its type's module, so that nothing is imported for the others."""

from __future__ import annotations

from typing import Any

from trainer.interop.equinox_network import EquinoxNetwork
from trainer.interop.keras_network import KerasNetwork
from trainer.interop.nnx_network import NnxNetwork

# Module of the library's base class → adapter.
ADAPTERS: dict[tuple[str, str], Any] = {
    ("keras", "Layer"): KerasNetwork,
    ("flax.nnx", "Module"): NnxNetwork,
    ("equinox", "Module"): EquinoxNetwork,
}


def as_network(value: Any) -> Any:
    """Returns the network for an object of Keras, NNX or Equinox; anything else as it is."""
    for base in type(value).__mro__:
        for (package, name), adapter in ADAPTERS.items():
            if base.__name__ == name and f"{base.__module__}.".startswith(f"{package}."):
                return adapter(value)
    return value
