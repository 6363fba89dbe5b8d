"""The layers by class name, for configurations; one line a member."""

from __future__ import annotations

from typing import Any

from trainer.layers.activation import Activation
from trainer.layers.base import Layer
from trainer.layers.configs import decode, encode, register
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
for _member in LAYERS.values():
    register(_member)


def to_config(layer: Any) -> dict[str, Any]:
    """Returns ``{"class": …, "config": …}``.

    Raises:
        TypeError: If a layer in it is not registered.
    """
    config: dict[str, Any] = encode(layer, "layer")
    return config


def from_config(config: dict[str, Any]) -> Layer:
    """Makes the layer that `to_config` described.

    Raises:
        ValueError: If its class is not registered, or a key is none of its hyperparameters.
    """
    if not isinstance(config, dict) or config.keys() != {"class", "config"}:
        raise ValueError(f"config must hold the keys class and config; got {config!r}. Pass what to_config returned.")
    layer: Layer = decode(config)
    return layer
