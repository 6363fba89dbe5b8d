"""A stack of identical blocks, compiled once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax

from trainer.counts import check_count
from trainer.layers import transforms
from trainer.layers.base import Layer
from trainer.layers.checks import check_network, title
from trainer.layers.specs import output_spec, spec_of
from trainer.protocols import Array, Network, Params, State


@dataclass(frozen=True)
class Repeat(Layer):
    """`layer` applied `n` times in a row, each time with weights of its own.

    The weights are stacked along a first axis that one ``lax.scan`` walks: the time to compile does not grow with `n`.

    Attributes:
        layer: Any layer whose outputs are like its inputs.
        n: Number of blocks.
        remat: Whether to compute each block again for its gradients, instead of keeping what is inside: memory for the
            inputs of the blocks only.
        unroll: How many blocks stand in one round of the loop. On a CPU, blocks with convolutions are faster unrolled.
    """

    layer: Network
    n: int
    remat: bool = False
    unroll: int = 1

    IS_STACKED = True

    def __post_init__(self) -> None:
        """Refuses what is no layer, or no count.

        Raises:
            TypeError: If `layer` has no init and apply.
            ValueError: If `n` or `unroll` is not a positive integer.
        """
        super().__post_init__()
        check_network("layer", self.layer)
        self.replace_fields(n=check_count("n", self.n), unroll=check_count("unroll", self.unroll))

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes the params and state of all blocks, stacked along axis 0.

        Raises:
            ValueError: If the outputs of `layer` are not like its inputs.
        """
        spec = spec_of(example)
        outputs = output_spec(self.layer, spec)
        if outputs != spec:
            raise ValueError(
                f"layer of {title(self)} must return what it takes, {spec}; got {outputs}. "
                "Put what changes the shape in front of it."
            )
        params, state = jax.vmap(lambda key: self.layer.init(key, spec))(jax.random.split(key, self.n))
        (name,) = self.sublayers()
        return ({name: params} if params else {}), ({name: state} if state else {})

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps inputs to the same shape."""
        (name,) = self.sublayers()
        keys = None if key is None else jax.random.split(key, self.n)

        def block(inputs: Any, own: tuple[Params, State, Any]) -> tuple[Any, State]:
            with jax.named_scope(name):  # in the graph, beside its weights
                return self.layer.apply(own[0], own[1], inputs, training=training, key=own[2])

        stacked = (params.get(name, {}), state.get(name, {}), keys)
        outputs, new_state = transforms.scan(
            transforms.checkpoint(block) if self.remat else block,
            inputs,
            stacked,
            length=self.n,
            unroll=self.unroll,
            over_blocks=True,
        )
        return outputs, ({name: new_state} if new_state else state)
