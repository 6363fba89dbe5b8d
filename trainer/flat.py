"""The params of a small network as one vector, while many steps run: one pass updates all, and one gives their norm.

An array of a small network is updated in less time than it takes to begin, so eight of them take eight times as long as
one. Only inside a compiled chunk is the state in this form; what goes in and comes out has its names.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trainer.protocols import Array, Params, TrainState

# Copying numbers to and from a vector costs more than beginning fewer operations saves from somewhere between 55,000
# of them (0.87 times the step) and 118,000 (1.16 times); at 11,000 it is 0.6 times.
MOST_NUMBERS = 1 << 15


class FlatForm:
    """How arrays lie one after another in a vector."""

    def __init__(self, params: Params) -> None:
        """Takes arrays, or their shapes, all float32."""
        leaves, structure = jax.tree.flatten(params)
        self._structure: Any = structure
        self._shapes = [leaf.shape for leaf in leaves]
        self._sizes = [leaf.size for leaf in leaves]

    @property
    def num_arrays(self) -> int:
        """How many arrays there are."""
        return len(self._shapes)

    def pack(self, tree: Params) -> Array:
        """The vector of a tree like the params, ``(total,)``."""
        return jnp.concatenate([leaf.reshape(-1) for leaf in jax.tree.leaves(tree)])

    def unpack(self, vector: Array) -> Params:
        """The tree of a vector; the inverse of `pack`."""
        begins = [0, *np.cumsum(self._sizes).tolist()]
        parts = [
            vector[begin : begin + size].reshape(shape)
            for begin, size, shape in zip(begins, self._sizes, self._shapes, strict=False)
        ]
        params: Params = jax.tree.unflatten(self._structure, parts)
        return params

    def sums(self, vectors: Array) -> Array:
        """The sums of the numbers of each array in each of the vectors ``(vectors, total)``, ``(vectors, arrays)``."""
        owners = np.repeat(np.arange(self.num_arrays), self._sizes)
        return jnp.zeros((len(vectors), self.num_arrays), vectors.dtype).at[:, owners].add(vectors)

    def pack_state(self, train_state: TrainState) -> TrainState:
        """The state with a vector in place of the params, and of everything that the optimizer keeps of each."""
        opt_state = jax.tree.map(
            lambda node: self.pack(node) if self._is_like_params(node) else node,
            train_state.opt_state,
            is_leaf=self._is_like_params,
        )
        return train_state._replace(params=self.pack(train_state.params), opt_state=opt_state)

    def unpack_state(self, packed: TrainState, template: TrainState) -> TrainState:
        """The inverse of `pack_state`; `template` is like what was packed."""
        treedef: Any = jax.tree.structure(template.opt_state, is_leaf=self._is_like_params)
        nodes = jax.tree.leaves(template.opt_state, is_leaf=self._is_like_params)
        opt_state = [
            self.unpack(found) if self._is_like_params(node) else found
            for node, found in zip(nodes, treedef.flatten_up_to(packed.opt_state), strict=True)
        ]
        return packed._replace(params=self.unpack(packed.params), opt_state=jax.tree.unflatten(treedef, opt_state))

    def _is_like_params(self, node: Any) -> bool:
        leaves, structure = jax.tree.flatten(node)
        return bool(structure == self._structure) and [leaf.shape for leaf in leaves] == self._shapes


def find_flat_form(params: Params) -> FlatForm | None:
    """The form for params that are few enough, and all float32; else None."""
    leaves = jax.tree.leaves(params)
    is_small = 0 < sum(leaf.size for leaf in leaves) <= MOST_NUMBERS
    return FlatForm(params) if is_small and all(leaf.dtype == jnp.float32 for leaf in leaves) else None
