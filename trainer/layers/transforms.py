"""``lax.scan`` and ``jax.checkpoint`` for bodies that apply layers: what those hand over leaves the body with it.

Losses, summaries and the mask of real rows (`trainer.passes`) pass through; use these two wherever a layer loops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from trainer import passes


def scan(
    body: Callable[[Any, Any], tuple[Any, Any]],
    carry: Any,
    xs: Any,
    *,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
    over_blocks: bool = False,
) -> tuple[Any, Any]:
    """As ``jax.lax.scan``.

    Args:
        body: ``(carry, x) -> (carry, y)``.
        carry: Its first value.
        xs: Pytree of arrays, cut along axis 0.
        length: Number of rounds, where `xs` is None.
        reverse: Whether to go from the last to the first.
        unroll: How many rounds stand in one round of the loop.
        over_blocks: Whether each round is a block of the network with tags of its own; else it is a step in time.

    Returns:
        The last carry, and the ys stacked.
    """

    def collecting(carry: Any, x: Any) -> tuple[Any, tuple[Any, passes.Outputs]]:
        with passes.collect() as collected:
            carry, y = body(carry, x)
        return carry, (y, collected.outputs())

    carry, (ys, outputs) = jax.lax.scan(collecting, carry, xs, length=length, reverse=reverse, unroll=unroll)
    passes.extend(passes.split(outputs) if over_blocks else passes.join(outputs))
    return carry, ys


def checkpoint(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """As ``jax.checkpoint``: `function` is computed again for its gradients, instead of keeping what is inside.

    Args:
        function: Of arrays and pytrees of them.
        options: As for ``jax.checkpoint``.
    """

    def collecting(*args: Any) -> tuple[Any, passes.Outputs]:
        with passes.collect() as collected:
            results = function(*args)
        return results, collected.outputs()

    def run(*args: Any) -> Any:
        results, outputs = jax.checkpoint(collecting, **options)(*args)
        passes.extend(outputs)
        return results

    return run
