"""Images changed at random while training, each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trainer.counts import check_count
from trainer.layers.base import Layer
from trainer.layers.checks import check_choice, check_key
from trainer.layers.windows import channels_back, channels_last, check_format, check_spatial
from trainer.protocols import Array


class Augmentation(Layer):
    """Base of layers that change images: a member says in `change` what happens to one.

    Images are converted to the floating point type of the policy, in every mode.
    """

    data_format: str | None

    def __post_init__(self) -> None:
        """Refuses an unknown format.

        Raises:
            ValueError: If `data_format` is none.
        """
        super().__post_init__()
        self.replace_fields(data_format=check_format(self.data_format))

    def call(self, inputs: Any, training: bool, key: Array | None) -> Array:
        """Maps ``(batch, height, width, channels)``, or with the channels first, to images.

        Raises:
            ValueError: If the inputs have another rank, or `training` and no `key` is given.
        """
        data_format = str(self.data_format)
        check_spatial(self, inputs, 2, data_format)
        images = channels_last(jnp.asarray(inputs, self.policy.compute_dtype), data_format)
        if training:
            keys = jax.random.split(check_key(self, key), images.shape[0])
            return channels_back(jax.vmap(self.change)(keys, images), data_format)
        return channels_back(jax.vmap(self.keep)(images), data_format)

    def change(self, key: Array, image: Array) -> Array:
        """What happens to an image ``(height, width, channels)`` while training."""
        raise NotImplementedError(f"{type(self).__name__} must define change.")

    def keep(self, image: Array) -> Array:
        """What happens to an image otherwise: nothing."""
        return image


@dataclass(frozen=True)
class RandomFlip(Augmentation):
    """While training, mirrors every second image, drawn for each direction by itself.

    Attributes:
        mode: ``"horizontal"``, ``"vertical"`` or ``"horizontal_and_vertical"``.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
    """

    mode: str = "horizontal_and_vertical"
    data_format: str | None = None

    def __post_init__(self) -> None:
        """Refuses an unknown mode.

        Raises:
            ValueError: If `mode` or `data_format` is none.
        """
        super().__post_init__()
        check_choice("mode", self.mode, ("horizontal_and_vertical", "horizontal", "vertical"))

    def change(self, key: Array, image: Array) -> Array:
        """Mirrors an image, or not."""
        is_flipped = jax.random.bernoulli(key, 0.5, (2,))
        for axis, mode in enumerate(("vertical", "horizontal")):
            if mode in self.mode:
                image = jnp.where(is_flipped[axis], jnp.flip(image, axis), image)
        return image


@dataclass(frozen=True)
class CenterCrop(Layer):
    """Cuts the middle out of images; smaller ones are enlarged, see `cropped`.

    Attributes:
        height: Of the outputs.
        width: Of the outputs.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
    """

    height: int
    width: int
    data_format: str | None = None

    def __post_init__(self) -> None:
        """Refuses lengths that are not positive, and an unknown format.

        Raises:
            ValueError: If one of them is wrong.
        """
        super().__post_init__()
        self.replace_fields(
            height=check_count("height", self.height),
            width=check_count("width", self.width),
            data_format=check_format(self.data_format),
        )

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, …, …, channels)`` to ``(batch, height, width, channels)``, or with the channels first.

        Raises:
            ValueError: If the inputs have another rank.
        """
        data_format = str(self.data_format)
        check_spatial(self, inputs, 2, data_format)
        images = channels_last(jnp.asarray(inputs, self.policy.compute_dtype), data_format)
        outputs = jax.vmap(lambda image: cropped(image, self.height, self.width))(images)
        return channels_back(outputs, data_format)


@dataclass(frozen=True)
class RandomCrop(Augmentation):
    """While training, cuts a part out of images, drawn for each of them; otherwise their middle, as `CenterCrop`.

    Attributes:
        height: Of the outputs.
        width: Of the outputs.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
    """

    height: int
    width: int
    data_format: str | None = None

    def __post_init__(self) -> None:
        """Refuses lengths that are not positive.

        Raises:
            ValueError: If one of them is wrong, or `data_format` is none.
        """
        super().__post_init__()
        self.replace_fields(height=check_count("height", self.height), width=check_count("width", self.width))

    def change(self, key: Array, image: Array) -> Array:
        """Cuts a part out of an image; a smaller one is enlarged."""
        height, width, channels = image.shape
        if height < self.height or width < self.width:
            return self.keep(image)
        highest = jnp.array([height - self.height + 1, width - self.width + 1])
        top, left = jax.random.randint(key, (2,), 0, highest)
        return jax.lax.dynamic_slice(image, (top, left, 0), (self.height, self.width, channels))

    def keep(self, image: Array) -> Array:
        """Cuts the middle out of an image."""
        return cropped(image, self.height, self.width)


def cropped(image: Array, height: int, width: int) -> Array:
    """The middle of an image ``(…, …, channels)``.

    Of an image that is smaller in one direction, the largest part of the wanted proportions is taken, and brought to
    the size by bilinear interpolation.
    """
    old_height, old_width, channels = image.shape
    if old_height >= height and old_width >= width:
        return _middle(image, height, width)
    part_height = max(min(old_height, old_width * height // width), 1)
    part_width = max(min(old_width, old_height * width // height), 1)
    part = _middle(image, part_height, part_width)
    resized: Array = jax.image.resize(part, (height, width, channels), "bilinear", antialias=False)
    return resized


def _middle(image: Array, height: int, width: int) -> Array:
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return image[top : top + height, left : left + width]


@dataclass(frozen=True)
class RandomBrightness(Augmentation):
    """While training, adds a number to each image, and cuts off what leaves `value_range`.

    Attributes:
        factor: Lower and upper limit of the number, as shares of `value_range` in [-1, 1]; f stands for (-f, f).
        value_range: Least and greatest value of images.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
    """

    factor: float | tuple[float, float]
    value_range: tuple[float, float] = (0, 255)
    data_format: str | None = None

    def __post_init__(self) -> None:
        """Refuses limits that do not exist.

        Raises:
            ValueError: If `factor` or `value_range` is none.
        """
        super().__post_init__()
        self.replace_fields(
            factor=check_limits("factor", self.factor, -1, 1), value_range=check_range(self.value_range)
        )

    def change(self, key: Array, image: Array) -> Array:
        """Makes an image lighter or darker."""
        low, high = self.value_range
        return jnp.clip(image + draw(key, self.factor, image.dtype) * (high - low), low, high)


@dataclass(frozen=True)
class RandomContrast(Augmentation):
    """While training, draws the values of each image from or to the mean of their channel, within `value_range`.

    Attributes:
        factor: Distances from the mean are multiplied with a number in [1 - lower, 1 + upper], for ``(lower, upper)``
            in [0, 1]; f stands for (f, f).
        value_range: Least and greatest value of images.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
    """

    factor: float | tuple[float, float]
    value_range: tuple[float, float] = (0, 255)
    data_format: str | None = None

    def __post_init__(self) -> None:
        """Refuses limits that do not exist.

        Raises:
            ValueError: If `factor` or `value_range` is none.
        """
        super().__post_init__()
        pair = self.factor if isinstance(self.factor, tuple | list) else (self.factor, self.factor)
        for value in pair:
            check_limits("factor", (value, value), 0, 1)
        if len(pair) != 2:
            raise ValueError(f"factor must be a number or two of them; got {self.factor!r}. Pass for example 0.2.")
        self.replace_fields(factor=(float(pair[0]), float(pair[1])), value_range=check_range(self.value_range))

    def change(self, key: Array, image: Array) -> Array:
        """Gives an image more or less contrast."""
        lower, upper = self.factor  # type: ignore[misc]
        mean = jnp.mean(image, (0, 1))
        return jnp.clip((image - mean) * draw(key, (1 - lower, 1 + upper), image.dtype) + mean, *self.value_range)


def draw(key: Array, limits: Any, dtype: Any) -> Array:
    """A number between two limits."""
    return jax.random.uniform(key, (), dtype, *limits)


def check_limits(name: str, value: Any, least: float, most: float) -> tuple[float, float]:
    """Returns two limits in order; f stands for (-f, f).

    Raises:
        ValueError: If they are not one or two numbers in ``[least, most]``.
    """
    pair = tuple(value) if isinstance(value, tuple | list) else (-value, value) if _is_number(value) else ()
    if len(pair) != 2 or not all(_is_number(item) and least <= item <= most for item in pair):
        raise ValueError(
            f"{name} must be one or two numbers in [{least}, {most}]; got {value!r}. Pass for example 0.2."
        )
    return float(min(pair)), float(max(pair))


def check_range(value: Any) -> tuple[float, float]:
    """Returns the least and the greatest value.

    Raises:
        ValueError: If they are not two different numbers.
    """
    is_pair = isinstance(value, Sequence) and len(value) == 2 and all(_is_number(item) for item in value)
    if not is_pair or value[0] == value[1]:
        raise ValueError(f"value_range must be two different numbers; got {value!r}. Pass for example (0, 255).")
    return min(value), max(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)
