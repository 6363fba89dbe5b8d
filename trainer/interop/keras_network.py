"""A layer or model of Keras 3 (on the JAX backend) as a network."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from trainer import passes
from trainer.interop.foreign import ForeignNetwork, copied, find, nested
from trainer.layers.specs import spec_of
from trainer.protocols import Array, Params, State

# Keras' name for the state of a generator of random numbers.
_SEED = "seed_generator_state"


@dataclass(frozen=True)
class KerasNetwork(ForeignNetwork):
    """Trains a Keras layer or model as any network; it starts from the weights that the model has.

    Trainable weights become params, all others state, under Keras' own paths. Random numbers come from the key of the
    step. Penalties of Keras' regularisers and ``add_loss`` join the loss.

    Attributes:
        module: A ``keras.Layer``, ``keras.Model`` among them; built at the first use.
    """

    def __post_init__(self) -> None:
        """Refuses another backend.

        Raises:
            ValueError: If Keras does not run on JAX.
        """
        import keras

        super().__post_init__()
        if keras.backend.backend() != "jax":
            raise ValueError(
                f"KERAS_BACKEND must be jax for a network here; got {keras.backend.backend()!r}. "
                "Set it in the environment before keras is imported."
            )

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Copies the model's weights; `key` is not used."""
        del key
        self._build(example)
        return self._tree(self.module.trainable_variables), self._tree(self._fixed())

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Calls the model without changing it."""
        trained = [find(params, variable.path) for variable in self.module.trainable_variables]
        others = [
            self._seed(number, variable, key) if variable.name == _SEED else find(state, variable.path)
            for number, variable in enumerate(self.module.non_trainable_variables)
        ]
        takes_mode = "training" in inspect.signature(self.module.call).parameters
        mode = {"training": training} if takes_mode else {}
        outputs, new_others, losses = self.module.stateless_call(trained, others, inputs, return_losses=True, **mode)
        for loss in losses if training else ():
            passes.add_loss(jnp.asarray(loss))
        named = zip(self.module.non_trainable_variables, new_others, strict=True)
        kept = [(variable.path, value) for variable, value in named if variable.name != _SEED]
        return outputs, nested([path for path, _ in kept], [value for _, value in kept])

    def assign(self, params: Params, state: State) -> None:
        """Writes trained weights back into the Keras model."""
        for variable in self.module.trainable_variables:
            variable.assign(find(params, variable.path))
        for variable in self._fixed():
            variable.assign(find(state, variable.path))

    def _build(self, example: Any) -> None:
        if self.module.built:
            return
        # The weights are the model's own and must outlive the trace in which they are first needed.
        with jax.ensure_compile_time_eval():
            self.module(jax.tree.map(lambda spec: jnp.zeros(spec.shape, spec.dtype), spec_of(example)))

    def _fixed(self) -> list[Any]:
        return [variable for variable in self.module.non_trainable_variables if variable.name != _SEED]

    @staticmethod
    def _seed(number: int, variable: Any, key: Array | None) -> Any:
        if key is None:
            return variable.value
        return jax.random.key_data(jax.random.fold_in(key, number)).astype(variable.dtype)

    @staticmethod
    def _tree(variables: list[Any]) -> Params:
        return copied(nested([variable.path for variable in variables], [variable.value for variable in variables]))
