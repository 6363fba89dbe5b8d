"""A layer beside which its inputs pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trainer.layers import build
from trainer.layers.base import Layer
from trainer.layers.checks import check_network, shape_of, title
from trainer.protocols import Array, Network


@dataclass(frozen=True)
class Residual(Layer):
    """``inputs + layer(inputs)``, or ``shortcut(inputs) + layer(inputs)``.

    Attributes:
        layer: Any layer, or a `Sequential` of several.
        shortcut: What makes the inputs' shape that of the outputs where they differ; None passes them as they are.

    References:
        He et al. 2016, arXiv:1512.03385.
    """

    layer: Network
    shortcut: Network | None = None

    def __post_init__(self) -> None:
        """Refuses what is no layer.

        Raises:
            TypeError: If something has no init and apply.
        """
        super().__post_init__()
        check_network("layer", self.layer)
        if self.shortcut is not None:
            check_network("shortcut", self.shortcut)

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, …)`` to what `layer` returns.

        Raises:
            ValueError: If the two branches have different shapes.
        """
        place = build.current("Residual")
        shape_of(self, inputs)
        passed: Array = inputs if self.shortcut is None else place.call(self.shortcut, inputs)
        added: Array = place.call(self.layer, inputs)
        if passed.shape != added.shape:
            raise ValueError(
                f"layer of {title(self)} must keep the shape {tuple(passed.shape)}; got {tuple(added.shape)}. "
                "Pass a shortcut, as layers.Dense(units)."
            )
        return passed + added
