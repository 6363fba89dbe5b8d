"""Images turned, moved and zoomed at random while training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy.ndimage import map_coordinates

from trainer.layers.augmentation import Augmentation, check_limits, draw
from trainer.layers.checks import check_choice
from trainer.protocols import Array

FILL_MODES = ("reflect", "constant", "nearest", "wrap")
_ORDERS = {"bilinear": 1, "nearest": 0}


class AffineAugmentation(Augmentation):
    """Base of layers that draw an affine map for each image; `matrix` says which."""

    fill_mode: str
    interpolation: str
    fill_value: float

    def __post_init__(self) -> None:
        """Refuses unknown names.

        Raises:
            ValueError: If `fill_mode`, `interpolation` or `data_format` is none.
        """
        super().__post_init__()
        check_choice("fill_mode", self.fill_mode, FILL_MODES)
        check_choice("interpolation", self.interpolation, tuple(_ORDERS))

    def change(self, key: Array, image: Array) -> Array:
        """Looks up each pixel where the map says."""
        sizes = jnp.array(image.shape[:2], jnp.float32)
        matrix, shift = self.draw_map(key, sizes)
        rows, columns = jnp.meshgrid(*(jnp.arange(size, dtype=jnp.float32) for size in image.shape[:2]), indexing="ij")
        middle = (sizes - 1) / 2
        centered = jnp.stack([rows, columns]) - middle[:, None, None]
        places = jnp.einsum("ij,jhw->ihw", matrix, centered) + (middle + shift)[:, None, None]

        def look_up(channel: Array) -> Array:
            order = _ORDERS[self.interpolation]
            found: Array = map_coordinates(channel, list(places), order, self.fill_mode, self.fill_value)
            return found

        return jax.vmap(look_up, in_axes=-1, out_axes=-1)(image)

    def draw_map(self, key: Array, sizes: Array) -> tuple[Array, Array]:
        """Matrix ``(2, 2)`` and shift ``(2,)`` from (row, column) of the outputs to the inputs, from the middle."""
        raise NotImplementedError(f"{type(self).__name__} must define draw_map.")


@dataclass(frozen=True)
class RandomRotation(AffineAugmentation):
    """While training, turns each image around its middle.

    Attributes:
        factor: Lower and upper limit in whole turns, counterclockwise, in [-1, 1]; f stands for (-f, f).
        fill_mode: Outside of the image: ``"reflect"`` mirrors it, edge included, ``"wrap"`` repeats it, ``"nearest"``
            its edge, ``"constant"`` is `fill_value`.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_value: See `fill_mode`.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
    """

    factor: float | tuple[float, float]
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    fill_value: float = 0.0
    data_format: str | None = None

    def __post_init__(self) -> None:
        """Refuses limits that do not exist.

        Raises:
            ValueError: If `factor` is outside [-1, 1], or a name is unknown.
        """
        super().__post_init__()
        self.replace_fields(factor=check_limits("factor", self.factor, -1, 1))

    def draw_map(self, key: Array, sizes: Array) -> tuple[Array, Array]:
        """Draws the angle."""
        angle = 2 * math.pi * draw(key, self.factor, sizes.dtype)
        cosine, sine = jnp.cos(angle), jnp.sin(angle)
        return jnp.array([[cosine, sine], [-sine, cosine]]), jnp.zeros(2)


@dataclass(frozen=True)
class RandomTranslation(AffineAugmentation):
    """While training, moves each image down and to the right.

    Attributes:
        height_factor: Lower and upper limit of the way down, as shares of the height in [-1, 1]; f stands for (-f, f).
        width_factor: Of the way to the right, likewise.
        fill_mode: See `RandomRotation`.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_value: See `fill_mode`.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
    """

    height_factor: float | tuple[float, float]
    width_factor: float | tuple[float, float]
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    fill_value: float = 0.0
    data_format: str | None = None

    def __post_init__(self) -> None:
        """Refuses limits that do not exist.

        Raises:
            ValueError: If a factor is outside [-1, 1], or a name is unknown.
        """
        super().__post_init__()
        self.replace_fields(
            height_factor=check_limits("height_factor", self.height_factor, -1, 1),
            width_factor=check_limits("width_factor", self.width_factor, -1, 1),
        )

    def draw_map(self, key: Array, sizes: Array) -> tuple[Array, Array]:
        """Draws the way."""
        factors = zip(jax.random.split(key), (self.height_factor, self.width_factor), strict=True)
        shares = jnp.stack([draw(each, factor, sizes.dtype) for each, factor in factors])
        return jnp.eye(2), -shares * sizes


@dataclass(frozen=True)
class RandomZoom(AffineAugmentation):
    """While training, makes each image smaller or larger around its middle.

    Attributes:
        height_factor: Lower and upper limit in [-1, 1]: 0.2 shows 20 % more, which makes the image smaller, and -0.2
            shows 20 % less; f stands for (-f, f).
        width_factor: Likewise; None takes the number that was drawn for the height.
        fill_mode: See `RandomRotation`.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_value: See `fill_mode`.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
    """

    height_factor: float | tuple[float, float]
    width_factor: float | tuple[float, float] | None = None
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    fill_value: float = 0.0
    data_format: str | None = None

    def __post_init__(self) -> None:
        """Refuses limits that do not exist.

        Raises:
            ValueError: If a factor is outside [-1, 1], or a name is unknown.
        """
        super().__post_init__()
        width: Any = self.width_factor
        self.replace_fields(
            height_factor=check_limits("height_factor", self.height_factor, -1, 1),
            width_factor=None if width is None else check_limits("width_factor", width, -1, 1),
        )

    def draw_map(self, key: Array, sizes: Array) -> tuple[Array, Array]:
        """Draws the zoom."""
        height_key, width_key = jax.random.split(key)
        height = 1 + draw(height_key, self.height_factor, sizes.dtype)
        width = height if self.width_factor is None else 1 + draw(width_key, self.width_factor, sizes.dtype)
        return jnp.diag(jnp.stack([height, width])), jnp.zeros(2)
