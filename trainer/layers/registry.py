"""The layers by class name, for configurations; one line a member."""

from __future__ import annotations

from typing import Any

from trainer.layers.activation import Activation
from trainer.layers.base import Layer
from trainer.layers.dense import Dense
from trainer.layers.dropout import Dropout
from trainer.layers.flatten import Flatten
from trainer.layers.input import Input
from trainer.layers.sequential import Sequential

LAYERS: dict[str, type[Layer]] = {
    "Activation": Activation,
    "Dense": Dense,
    "Dropout": Dropout,
    "Flatten": Flatten,
    "Input": Input,
    "Sequential": Sequential,
}


def to_config(layer: Any) -> dict[str, Any]:
    """Returns ``{"class": …, "config": …}``."""
    return {"class": type(layer).__name__, "config": layer.get_config()}


def from_config(config: dict[str, Any]) -> Layer:
    """Makes the layer that `to_config` described.

    Raises:
        ValueError: If its class is not in the registry.
    """
    name = config["class"]
    if name not in LAYERS:
        raise ValueError(f"class must be one of {', '.join(LAYERS)}; got {name!r}. Add the layer to LAYERS.")
    return LAYERS[name].from_config(config["config"])
