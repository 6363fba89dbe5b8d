"""Lloyd's algorithm as a training step: the gradient of each center leads to the mean of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trainer import metrics
from trainer.layers.weights import trainable_mask
from trainer.protocols import Array, Batch, Metric, Params, State

_FEW_STEPS = 10


@dataclass(frozen=True)
class KMeansObjective:
    """Mean squared distance of the rows to their nearest center.

    One step of plain gradient descent at rate 1 moves each center to the mean of its rows: of this batch if `is_full`,
    else of all batches so far, as in mini-batch k-means.

    Attributes:
        n_clusters: Number of centers.
        is_full: Whether each batch holds all rows; one model may take both kinds of steps, one after another.

    References:
        Lloyd 1982, Least squares quantization in PCM; Sculley 2010, Web-scale k-means clustering.
    """

    n_clusters: int
    is_full: bool = field(repr=False)

    pads_batches = True

    def init(self, key: Array, batch: Batch) -> tuple[Params, State]:
        """Makes centers at 0, which `plus_plus` replaces, and how many rows each has seen."""
        del key
        centers = jnp.zeros((self.n_clusters, batch.features.shape[1]), jnp.float32)
        return {"centers": centers}, {"counts": jnp.zeros(self.n_clusters, jnp.float32)}

    def loss(self, params: Params, state: State, batch: Batch, key: Array) -> tuple[Array, State]:
        """The mean squared distance before the step, and the rows of each center."""
        del key
        centers = params["centers"]
        squares = squared_distances(batch.features, jax.lax.stop_gradient(centers))
        total = jnp.maximum(jnp.sum(batch.weights), 1e-12)
        inertia = jnp.sum(jnp.min(squares, axis=1) * batch.weights) / total
        members = jax.nn.one_hot(jnp.argmin(squares, axis=1), self.n_clusters) * batch.weights[:, None]
        counts = jnp.sum(members, axis=0)
        seen = counts if self.is_full else state["counts"] + counts
        moves = (members.T @ batch.features - counts[:, None] * centers) / jnp.maximum(seen, 1e-12)[:, None]
        targets = jax.lax.stop_gradient(centers + moves)
        pull = jnp.sum((centers - targets) ** 2) / 2
        return inertia + pull - jax.lax.stop_gradient(pull), {"counts": seen}

    def trainable(self, params: Params, patterns: Sequence[str] | None) -> Any:
        """By the patterns alone."""
        return trainable_mask(None, params, patterns)

    def constrain(self, params: Params) -> Params:
        """As they are."""
        return params

    def metrics(self, params: Params, state: State, batch: Batch) -> Mapping[str, Metric]:
        """``loss``: the mean squared distance."""
        del state
        nearest = jnp.min(squared_distances(batch.features, params["centers"]), axis=1)
        return {"loss": metrics.mean(nearest, batch.weights)}

    def predict(self, params: Params, state: State, features: Any) -> dict[str, Array]:
        """``cluster_ids`` ``(batch,)``, and ``distances`` to all centers ``(batch, n_clusters)``."""
        del state
        squares = squared_distances(features, params["centers"])
        return {"cluster_ids": jnp.argmin(squares, axis=1), "distances": jnp.sqrt(squares)}


def squared_distances(features: Array, centers: Array) -> Array:
    """Squared distance of each row to each center, ``(n, d)`` and ``(k, d)`` to ``(n, k)``."""
    # Far from the origin the squares would cancel.
    shift = jnp.mean(centers, axis=0)
    rows, points = features.astype(jnp.float32) - shift, centers - shift
    squares = jnp.sum(rows**2, axis=1)[:, None] - 2 * rows @ points.T + jnp.sum(points**2, axis=1)
    return jnp.maximum(squares, 0.0)


def best_start(rows: np.ndarray, weights: np.ndarray | None, n_clusters: int, seed: int, num_starts: int) -> np.ndarray:
    """Of several starts of `plus_plus` the one that is tightest after a few steps, ``(n_clusters, d)``."""
    starts = [plus_plus(rows, weights, n_clusters, [seed, number]) for number in range(num_starts)]
    if num_starts == 1:
        return starts[0]
    batch = Batch(jnp.asarray(rows), None, jnp.ones(len(rows)) if weights is None else jnp.asarray(weights))
    settled = [_settle(jnp.asarray(start), batch) for start in starts]
    return np.asarray(min(settled, key=lambda found: float(found[1]))[0])


@jax.jit
def _settle(centers: Array, batch: Batch) -> tuple[Array, Array]:
    """Centers after `_FEW_STEPS` steps, and their loss."""
    objective = KMeansObjective(len(centers), is_full=True)
    key = jax.random.key(0)

    def loss(centers: Array) -> Array:
        return objective.loss({"centers": centers}, {}, batch, key)[0]

    centers = jax.lax.fori_loop(0, _FEW_STEPS, lambda _, centers: centers - jax.grad(loss)(centers), centers)
    return centers, loss(centers)


def plus_plus(rows: np.ndarray, weights: np.ndarray | None, n_clusters: int, seed: int | Sequence[int]) -> np.ndarray:
    """Centers to begin with: rows far from one another, ``(n_clusters, d)``.

    Each is drawn with a probability proportional to its squared distance to those before; of a few draws the one that
    lowers the sum of these most is taken.

    References:
        Arthur & Vassilvitskii 2007, k-means++: the advantages of careful seeding.
    """
    generator = np.random.default_rng(seed)
    weights = np.ones(len(rows)) if weights is None else np.asarray(weights, np.float64)
    centers = [rows[generator.choice(len(rows), p=weights / weights.sum())]]
    nearest = np.sum((rows - centers[0]) ** 2, axis=1, dtype=np.float64)
    for _ in range(n_clusters - 1):
        chances = weights * nearest
        chances = weights if chances.sum() == 0 else chances
        draws = generator.choice(len(rows), size=2 + int(np.log(n_clusters)), p=chances / chances.sum())
        squares = [np.minimum(nearest, np.sum((rows - rows[draw]) ** 2, axis=1)) for draw in draws]
        best = int(np.argmin([weights @ candidate for candidate in squares]))
        centers.append(rows[draws[best]])
        nearest = squares[best]
    return np.stack(centers)
