"""What is logged at the summary interval: histograms of all tensors of a step, and the user's images and texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jax

from trainer import passes
from trainer.histograms import count_tensors
from trainer.paths import leaf_paths
from trainer.protocols import Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Dump:
    """One step's tensors, counted on the device.

    Attributes:
        tags: ``params/dense_0/kernel``, ``grads/…``, ``activations/dense_0``, and the user's own histograms.
        counts: Bucket counts ``(tags, buckets)``; see `trainer.histograms`.
        moments: ``(tags, 5)``; see `trainer.histograms`.
        shares: Shares of zeros and of values that are not finite, ``(tags, 2)``.
        media: Images and texts by tag.
    """

    tags: tuple[str, ...] = field(metadata={"static": True})
    counts: Array
    moments: Array
    shares: Array
    media: dict[str, passes.Summary]


def make_dump(params: Any, grads: Any, summaries: Mapping[str, passes.Summary]) -> Dump:
    """Counts the values of params, of their gradients, and of what the pass collected, in one scatter.

    Args:
        params: Pytree of arrays.
        grads: The same structure; None where nothing is trained.
        summaries: As collected with ``is_observed``.
    """
    tensors = {
        f"{group}/{path}": leaf
        for group, tree in (("params", params), ("grads", grads))
        for path, leaf in zip(leaf_paths(tree), jax.tree.leaves(tree), strict=True)
    }
    counted = passes.of_kind(summaries, "activation", "histogram")
    tensors |= {tag: summary.value for tag, summary in counted.items()}
    counts, moments, shares = count_tensors(list(tensors.values()))
    return Dump(
        tuple(tensors),
        counts,
        moments,
        shares,
        passes.of_kind(summaries, "image", "text"),
    )
