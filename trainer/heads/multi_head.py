"""Several heads on one network."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from trainer import metrics
from trainer.heads.base import Head
from trainer.heads.class_head import ClassHead
from trainer.heads.class_weights import WeighedLabels, weigh_losses
from trainer.heads.signatures import Signature, decode, heads_signature
from trainer.metrics import Metric
from trainer.protocols import Array

Pairs = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class MultiHead:
    """Several heads by name, each with labels of its own; the loss is their weighted sum.

    The network returns a dict of logits by name, or one array whose columns belong to the heads in their order.

    >>> from trainer import heads
    >>> members = {"species": heads.MultiClassHead(3), "weight": heads.RegressionHead()}
    >>> head = MultiHead(members, weights={"weight": 0.1})
    >>> head.logits_dimension
    4

    Attributes:
        heads: The heads by name.
        weights: Factor of the loss of each head by name; 1 where there is none.
    """

    heads: Mapping[str, Head] | Pairs
    weights: Mapping[str, float] | Pairs | None = None

    def __post_init__(self) -> None:
        """Checks the fields, and turns the dicts into pairs, which can be hashed.

        Raises:
            ValueError: If there is no head, or a weight is of no head or not positive.
        """
        heads, weights = dict(self.heads), dict(self.weights or {})
        if not heads:
            raise ValueError("heads must hold at least one head; got none. Pass {'name': heads.BinaryHead()}.")
        for name in heads:
            if not name or "/" in name:
                raise ValueError(f"names of heads must be without '/' and not empty; got {name!r}. Rename it.")
        for name, weight in weights.items():
            _check_known("weights", name, heads)
            if not 0 < weight < float("inf"):
                raise ValueError(f"weights must be positive; got {weight!r} for {name!r}. Correct it.")
        object.__setattr__(self, "heads", tuple(heads.items()))
        object.__setattr__(self, "weights", tuple((name, float(weights.get(name, 1))) for name in heads))

    @property
    def members(self) -> dict[str, Head]:
        """The heads by name."""
        return dict(self.heads)

    @property
    def logits_dimension(self) -> int:
        """Columns of all heads together."""
        return sum(head.logits_dimension for head in self.members.values())

    @property
    def classes(self) -> None:
        """None: each head has its own."""
        return

    def encode_labels(self, labels: Any) -> dict[str, Any]:
        """Returns the encoded labels of each head by name.

        Raises:
            ValueError: If `labels` is no dict with the labels of each head, or they are not labels for it.
        """
        if not isinstance(labels, Mapping):
            raise ValueError(
                f"labels must be a dict with the labels of the heads {', '.join(self.members)}; got "
                f"{type(labels).__name__}. Pass {{{next(iter(self.members))!r}: …}}."
            )
        for name in labels:
            _check_known("labels", name, self.members)
        return {name: self._encode(name, head, labels) for name, head in self.members.items()}

    def row_weights(self, labels: Any, sample_weight: np.ndarray | None = None) -> None:
        """None: the weights of a head's classes are factors of its own losses."""

    def losses(self, logits: Any, labels: Any) -> Array:
        """Weighted sum of the heads' losses for each row, ``(batch,)``."""
        parts = self._split(logits)
        return self._sum({name: head.losses(parts[name], labels[name]) for name, head in self.members.items()})

    def training_losses(self, logits: Any, labels: Any) -> Array:
        """`losses`, with the weights of the heads' classes."""
        parts = self._split(logits)
        return self._sum({name: _train_among(head, parts[name], labels[name]) for name, head in self.members.items()})

    def predictions(self, logits: Any) -> dict[str, Array]:
        """Those of the heads, called ``<name>/probabilities`` and so on."""
        parts = self._split(logits)
        return {
            f"{name}/{key}": value
            for name, head in self.members.items()
            for key, value in head.predictions(parts[name]).items()
        }

    def metrics(self, logits: Any, labels: Any, weights: Array) -> dict[str, Metric]:
        """``loss``, and those of the heads, called ``<name>/accuracy`` and so on."""
        parts = self._split(logits)
        found: dict[str, Metric] = {"loss": metrics.mean(self.losses(logits, labels), weights)}
        for name, head in self.members.items():
            inner = head.metrics(parts[name], labels[name], weights)
            found |= {f"{name}/{key}": metric for key, metric in inner.items()}
        return found

    def export_signature(self) -> Signature:
        """Those of the heads."""
        return heads_signature({name: head.export_signature() for name, head in self.members.items()})

    def decode(self, predictions: Mapping[str, np.ndarray]) -> Any:
        """The labels of each head by name."""
        return decode(self.export_signature(), predictions)

    def score(self, labels: Any, predicted: Any, weights: np.ndarray | None) -> float:
        """Mean of the heads' scores."""
        scores = [head.score(labels[name], predicted[name], weights) for name, head in self.members.items()]
        return float(np.mean(scores))

    def _sum(self, losses: Mapping[str, Array]) -> Array:
        weights = dict(self.weights or ())
        return jnp.sum(jnp.stack([weights[name] * part for name, part in losses.items()]), axis=0)

    def _encode(self, name: str, head: Head, labels: Mapping[str, Any]) -> Any:
        if name not in labels:
            raise ValueError(f"labels must have those of the head {name!r}; got {', '.join(labels)}. Add them.")
        try:
            return head.encode_labels(labels[name])
        except ValueError as error:
            raise ValueError(f"head {name!r}: {error}") from error

    def _split(self, logits: Any) -> dict[str, Array]:
        """The logits of each head."""
        if isinstance(logits, Mapping):
            if set(logits) != set(self.members):
                raise ValueError(
                    f"network must return logits for {', '.join(self.members)}; got {', '.join(logits)}. Name its "
                    "outputs as the heads."
                )
            return dict(logits)
        if logits.ndim != 2 or logits.shape[1] != self.logits_dimension:
            raise ValueError(
                f"network must return (batch, {self.logits_dimension}) logits for MultiHead, or a dict of them; "
                f"got shape {tuple(logits.shape)}. End it with layers.Dense({self.logits_dimension})."
            )
        ends = np.cumsum([head.logits_dimension for head in self.members.values()])
        return dict(zip(self.members, jnp.split(logits, ends[:-1], axis=1), strict=True))


def _train_among(head: Head, logits: Array, labels: Any) -> Array:
    """The training losses of one of several heads: rows have one weight for all, so its classes weigh its losses."""
    if not isinstance(head, ClassHead):
        return head.training_losses(logits, labels)
    if isinstance(labels, WeighedLabels):
        weighed: Array = head.training_losses(logits, labels.labels) * labels.factors
        return weighed
    weights: Any = None if head.class_weight == "balanced" else head.class_weight
    return weigh_losses(weights, head.training_losses(logits, labels), labels)


def _check_known(what: str, name: str, heads: Mapping[str, Head]) -> None:
    if name not in heads:
        close = difflib.get_close_matches(str(name), heads, 1)
        meant = f"Perhaps {close[0]!r} was meant." if close else "Correct the name."
        raise ValueError(f"{what} must be by the heads {', '.join(heads)}; got {name!r}. {meant}")
