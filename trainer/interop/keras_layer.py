"""A network here as a layer of Keras 3."""

from __future__ import annotations

import functools
from typing import Any

import jax
import numpy as np

from trainer import passes
from trainer.interop.foreign import find, nested
from trainer.layers.weights import penalty, trainable_mask
from trainer.paths import leaf_paths
from trainer.protocols import Network, Params, State


def to_keras(network: Network, params: Params, state: State | None = None, *, name: str | None = None) -> Any:
    """Makes a ``keras.Layer`` that computes what `network` does, with weights of its own that start from these.

    Args:
        network: Any network.
        params: Its params; the weights of the Keras layer, ``dense_0_kernel`` and so on.
        state: Its state, as weights that no optimizer changes.
        name: Name of the Keras layer.
    """
    return _layer_class()(network, params, state or {}, name=name)


@functools.cache
def _layer_class() -> Any:
    import keras

    class NetworkLayer(keras.layers.Layer):  # type: ignore[misc]
        """Holds params and state as Keras variables."""

        def __init__(self, network: Network, params: Params, state: State, **options: Any) -> None:
            super().__init__(**options)
            self.network = network
            mask = leaf_values(trainable_mask(network, params))
            self._params = {path: self._hold(path, leaf, mask[path]) for path, leaf in leaf_values(params).items()}
            self._state = {path: self._hold(path, leaf, False) for path, leaf in leaf_values(state).items()}
            self._seeds = keras.random.SeedGenerator(0)
            self.built = True

        def _hold(self, path: str, leaf: Any, is_trainable: bool) -> Any:
            name, dtype = path.replace("/", "_"), str(leaf.dtype)
            variable = self.add_weight(leaf.shape, "zeros", dtype=dtype, trainable=is_trainable, name=name)
            variable.assign(np.asarray(leaf))
            return variable

        def call(self, inputs: Any, training: bool = False) -> Any:
            """Applies the network."""
            params, state = (
                nested(list(held), [variable.value for variable in held.values()])
                for held in (self._params, self._state)
            )
            key = jax.random.wrap_key_data(self._seeds.next()) if training else None
            with passes.collect() as collected:
                outputs, new_state = self.network.apply(params, state, inputs, training=bool(training), key=key)
            for path, variable in self._state.items():
                variable.assign(find(new_state, path))
            self.add_loss(collected.added_to(penalty(self.network, params)))
            return outputs

    return NetworkLayer


def leaf_values(tree: Any) -> dict[str, Any]:
    """Leaves by path."""
    return dict(zip(leaf_paths(tree), jax.tree.leaves(tree), strict=True))
