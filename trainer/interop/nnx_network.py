"""A module of Flax NNX as a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from summaries.adapters.jax_graph import named_calls
from trainer.interop.foreign import ForeignNetwork, copied, from_params, to_params
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class NnxNetwork(ForeignNetwork):
    """Trains an NNX module as any network; it starts from the weights that the module has.

    ``nnx.Param`` become params, other variables (statistics of batches) state. Random numbers come from the key of the
    step. ``train()`` and ``eval()`` set the mode.

    Attributes:
        module: An ``nnx.Module`` that takes a batch.
    """

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Copies the module's variables; nothing is used of `key` and `example`."""
        del key, example
        _, params, _, others = self._split(self.module)
        return copied(to_params(params)), copied(to_params(others))

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Calls a copy of the module."""
        from flax import nnx

        graph, own_params, random, others = self._split(self.module)
        values = (from_params(params, own_params), _drawn(random, key), from_params(state, others))
        module = nnx.merge(graph, *values, copy=True)
        module.train() if training else module.eval()
        with named_calls(module):
            outputs = module(inputs)
        return outputs, to_params(self._split(module)[3])

    def assign(self, params: Params, state: State) -> None:
        """Writes trained weights back into the module."""
        from flax import nnx

        _, own_params, _, others = self._split(self.module)
        nnx.update(self.module, from_params(params, own_params), from_params(state, others))

    @staticmethod
    def _split(module: Any) -> Any:
        from flax import nnx

        return nnx.split(module, nnx.Param, nnx.RngState, ...)


def _drawn(random: Any, key: Array | None) -> Any:
    """The generators' states with keys derived from `key`; their counts start anew at each step."""
    if key is None:
        return random
    leaves, treedef = jax.tree.flatten(random)
    drawn = [
        jax.random.fold_in(key, number) if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key) else leaf
        for number, leaf in enumerate(leaves)
    ]
    return jax.tree.unflatten(treedef, drawn)
