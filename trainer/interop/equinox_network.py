"""A module of Equinox as a network."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any

import jax

from summaries.adapters.jax_graph import named_calls
from trainer.interop.foreign import ForeignNetwork, copied, from_params, to_params
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class EquinoxNetwork(ForeignNetwork):
    """Trains an Equinox module as any network; it starts from the weights that the module has.

    The module takes one row, as Equinox' own do, and is mapped over the batch (axis name ``"batch"``). Its floating
    point arrays become params. Each row gets a key of its own where the module takes ``key``.

    Attributes:
        module: An ``equinox.Module`` that is called on one row.
        module_state: What ``equinox.nn.make_with_state`` made beside it; None for a module without state.
    """

    module_state: Any = field(default=None, compare=False, repr=False)

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Copies the module's arrays; nothing is used of `key` and `example`."""
        del key, example
        params, _ = self._partition()
        return copied(to_params(params)), copied(to_params(self.module_state))

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Calls the module on each row."""
        import equinox

        own_params, static = self._partition()
        module = equinox.combine(from_params(params, own_params), static)
        module = equinox.nn.inference_mode(module, value=not training)
        rows = jax.tree.leaves(inputs)[0].shape[0]
        takes_key = key is not None and "key" in inspect.signature(self.module.__call__).parameters
        keys = jax.random.split(key, rows) if takes_key and key is not None else None
        options = {"key": keys} if takes_key else {}
        with named_calls(module):
            return self._call(module, state, inputs, options)

    def _call(self, module: Any, state: State, inputs: Any, options: dict[str, Any]) -> tuple[Any, State]:
        if self.module_state is None:
            return jax.vmap(lambda row, options: module(row, **options), axis_name="batch")(inputs, options), state
        before = from_params(state, self.module_state)
        outputs, after = jax.vmap(
            lambda row, before, options: module(row, before, **options),
            in_axes=(0, None, 0),
            out_axes=(0, None),
            axis_name="batch",
        )(inputs, before, options)
        return outputs, to_params(after)

    def trained(self, params: Params) -> Any:
        """A module with trained weights; the one given stays as it is."""
        import equinox

        own_params, static = self._partition()
        return equinox.combine(from_params(params, own_params), static)

    def _partition(self) -> Any:
        import equinox

        return equinox.partition(self.module, equinox.is_inexact_array)
