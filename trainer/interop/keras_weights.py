"""Weights carried between a model of Keras and the same layers here, by their names and shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trainer.layers.specs import spec_of
from trainer.protocols import Network, Params, State

# Weights of Keras that no layer here has.
_IGNORED = {"seed_generator_state", "count"}


def weights_from_keras(network: Network, example: Any, model: Any) -> tuple[Params, State]:
    """Params and state of a network with the weights of a Keras layer or model of the same layers.

    Weights are found by name and shape, in the order of the layers: ``kernel`` of the second ``Dense(3)`` here is that
    of the second ``Dense(3)`` there.

    Args:
        network: The network.
        example: Array or ``jax.ShapeDtypeStruct`` ``(batch, …)``, or a pytree of them.
        model: A built ``keras.Layer`` or ``keras.Model``.

    Raises:
        ValueError: If a weight here or there has no partner.
    """
    params, state = network.init(jax.random.key(0), spec_of(example))
    for place, name, variable in _pairs(params, state, model):
        place[name] = jnp.array(variable.value)
    return params, state


def weights_to_keras(network: Network, params: Params, state: State, model: Any) -> None:
    """Writes the weights of a network into a Keras layer or model of the same layers; see `weights_from_keras`.

    Args:
        network: The network.
        params: As made by its ``init``, or by ``fit``.
        state: As `params`.
        model: A built ``keras.Layer`` or ``keras.Model``.

    Raises:
        ValueError: If a weight here or there has no partner.
    """
    for place, name, variable in _pairs(_in_order(network, params), _in_order(network, state), model):
        variable.assign(np.asarray(place[name]))


def _pairs(params: Params, state: State, model: Any) -> list[tuple[dict[str, Any], str, Any]]:
    """Each weight here, as the dict that holds it and its name, with Keras' variable."""
    pairs = []
    free = [variable for variable in model.weights if variable.name not in _IGNORED]
    for place, name in (*_weights(params), *_weights(state)):
        shape = tuple(place[name].shape)
        partner = next((v for v in free if v.name == name and tuple(v.shape) == shape), None)
        if partner is None:
            raise ValueError(
                f"model must have a weight {name!r} of shape {shape} for each here; got none left. "
                "Give both the same layers in the same order."
            )
        free = [variable for variable in free if variable is not partner]
        pairs.append((place, name, partner))
    if free:
        raise ValueError(
            f"network must have a partner for each weight of the model; got none for {free[0].path!r}. "
            "Give both the same layers in the same order."
        )
    return pairs


def _weights(tree: Params) -> Iterator[tuple[dict[str, Any], str]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _weights(value)
        else:
            yield tree, name


def _in_order(network: Any, tree: Params) -> Params:
    """The tree with layers in the order of the network; passing through JAX sorts them by name."""
    sublayers = network.sublayers() if hasattr(network, "sublayers") else {}
    names = [*(name for name in sublayers if name in tree), *(name for name in tree if name not in sublayers)]
    return {name: _in_order(sublayers[name], tree[name]) if name in sublayers else tree[name] for name in names}
