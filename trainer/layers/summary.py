"""The table of a network: layers, the shapes they return, their numbers of params, what they are connected to."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jax

from trainer.layers import build
from trainer.layers.model import Model
from trainer.layers.naming import snake_case
from trainer.layers.sequential import Sequential
from trainer.layers.specs import KEY_SPEC, output_spec, spec_of
from trainer.layers.weights import trainable_mask
from trainer.protocols import Network

_HEADER = ("Layer", "Output shape", "Params", "Connected to")


@dataclass(frozen=True)
class Row:
    """One call of a layer.

    Attributes:
        name: Its name.
        kind: Its type.
        shapes: What it returns, without the batch axis, for each array.
        num_params: Numbers in the params and state of the layer; 0 in its further calls.
        sources: Names of the layers, or inputs, whose outputs it takes.
    """

    name: str
    kind: str
    shapes: tuple[tuple[int, ...], ...]
    num_params: int
    sources: tuple[str, ...]


@dataclass(frozen=True)
class NetworkSummary:
    """What ``model.summary()`` returns; ``str`` and the prompt show the table.

    Attributes:
        rows: In the order of the calls.
        num_trainable: Weights that the optimizer changes.
        num_fixed: Frozen weights, and state.
    """

    rows: tuple[Row, ...]
    num_trainable: int
    num_fixed: int

    def __str__(self) -> str:
        lines = [_HEADER, *(_cells(row) for row in self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADER))]
        table = [_aligned(line, widths) for line in lines]
        total = self.num_trainable + self.num_fixed
        foot = f"{total:,} params: {self.num_trainable:,} trainable, {self.num_fixed:,} not"
        return "\n".join([table[0], "-" * len(table[0]), *table[1:], foot])

    __repr__ = __str__


def summarize(network: Network, example: Any = None) -> NetworkSummary:
    """Describes a network without computing anything.

    Args:
        network: Any network.
        example: Array, ``jax.ShapeDtypeStruct`` or pytree of them, ``(batch, …)``; a `Model`, and a `Sequential` that
            starts with an `Input`, know it.

    Raises:
        ValueError: If the shapes of the inputs are not known.
    """
    example = example_of(network, example)
    params, state = jax.eval_shape(network.init, KEY_SPEC, example)
    mask = trainable_mask(network, params)
    flags = zip(jax.tree.leaves(params), jax.tree.leaves(mask), strict=True)
    num_trainable = sum(leaf.size for leaf, flag in flags if flag)
    rows = tuple(_rows(network, example, _sizes(params, state)))
    return NetworkSummary(rows, num_trainable, _size({"params": params, "state": state}) - num_trainable)


def count_params(network: Network, example: Any = None) -> int:
    """Number of weights and of numbers in the state, as Keras counts. See `summarize`."""
    return _size(jax.eval_shape(network.init, KEY_SPEC, example_of(network, example)))


def example_of(network: Any, example: Any) -> Any:
    """Shapes of the inputs, given or as the network knows them.

    Raises:
        ValueError: If they are not known.
    """
    if example is not None:
        return spec_of(example)
    if isinstance(network, Model):
        return jax.tree.unflatten(network.input_treedef, [place.spec for place in network.places])
    first = network.layers[0] if isinstance(network, Sequential) else network
    if not hasattr(first, "spec"):
        raise ValueError(
            f"example must be given for {type(network).__name__}, whose input shapes are not known; got None. "
            "Pass an array of one row, or start with layers.Input."
        )
    return first.spec


def _rows(network: Any, example: Any, sizes: dict[str, int]) -> Iterator[Row]:
    if isinstance(network, Model):
        yield from _model_rows(network, example, sizes)
    elif isinstance(network, Sequential):
        yield from _sequence_rows(network, example, sizes)
    elif hasattr(network, "call"):
        for path, layer, outputs in build.calls_of(network, example):
            yield _row(path, layer, outputs, sizes, ())
        for name, size in sizes.items():
            yield Row(name, "weight", (), size, ())
    else:
        name = getattr(network, "name", None) or snake_case(type(network).__name__)
        yield _row(name, network, output_spec(network, example), {name: sum(sizes.values())}, ())


def _sequence_rows(network: Sequential, example: Any, sizes: dict[str, int]) -> Iterator[Row]:
    source: tuple[str, ...] = ()
    for name, layer in network.sublayers().items():
        example = output_spec(layer, example)
        yield _row(name, layer, example, sizes, source)
        source = (name,)


def _model_rows(model: Model, example: Any, sizes: dict[str, int]) -> Iterator[Row]:
    inputs = [place.name or f"input_{index}" for index, place in enumerate(model.places)]
    values: list[list[Any]] = []
    for place, name in zip(model.places, inputs, strict=True):
        yield Row(name, "Input", (place.shape,), 0, ())
    sources = jax.tree.leaves(example)
    for step in model.steps:
        leaves = [sources[ref.index] if ref.call < 0 else values[ref.call][ref.index] for ref in step.refs]
        outputs = output_spec(model.members[step.member], jax.tree.unflatten(step.treedef, leaves))
        values.append(jax.tree.leaves(outputs))
        names = [inputs[ref.index] if ref.call < 0 else model.names[model.steps[ref.call].member] for ref in step.refs]
        yield _row(model.names[step.member], model.members[step.member], outputs, sizes, tuple(dict.fromkeys(names)))


def _row(name: str, layer: Any, outputs: Any, sizes: dict[str, int], sources: tuple[str, ...]) -> Row:
    shapes = tuple(tuple(leaf.shape[1:]) for leaf in jax.tree.leaves(outputs))
    # Taken out: weights count once, however often the layer is called.
    return Row(name, type(layer).__name__, shapes, sizes.pop(name, 0), sources)


def _sizes(params: Any, state: Any) -> dict[str, int]:
    names = [name for tree in (params, state) if isinstance(tree, dict) for name in tree]
    return {name: _size([tree.get(name) for tree in (params, state)]) for name in names}


def _size(tree: Any) -> int:
    return sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(tree))


def _cells(row: Row) -> tuple[str, str, str, str]:
    shapes = ", ".join(str(shape) for shape in row.shapes)
    return f"{row.name} ({row.kind})", shapes, f"{row.num_params:,}", ", ".join(row.sources)


def _aligned(line: tuple[str, ...], widths: list[int]) -> str:
    cells = [
        cell.rjust(width) if column == 2 else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
