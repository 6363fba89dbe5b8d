from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers

KEY = jax.random.key(0)
IMAGES = np.random.default_rng(0).uniform(0, 255, size=(16, 6, 6, 2)).astype(np.float32)


def trained(layer: layers.Layer, images: Any = IMAGES) -> np.ndarray:
    return np.asarray(layer.apply({}, {}, images, training=True, key=KEY)[0])


LAYERS = {
    "flip": layers.RandomFlip(),
    "rotation": layers.RandomRotation(0.3),
    "translation": layers.RandomTranslation(0.3, 0.2),
    "zoom": layers.RandomZoom(0.3),
    "brightness": layers.RandomBrightness(0.3),
    "contrast": layers.RandomContrast(0.3),
}


@pytest.mark.parametrize("name", LAYERS)
def test_images_change_while_training_each_by_itself_and_only_then(name: str) -> None:
    same = np.repeat(IMAGES[:1], 16, axis=0)

    outputs = trained(LAYERS[name], same)

    np.testing.assert_array_equal(LAYERS[name].apply({}, {}, same)[0], same)
    assert len(np.unique(outputs, axis=0)) > 1
    np.testing.assert_array_equal(outputs, trained(LAYERS[name], same))


def test_flip_mirrors_images_in_both_directions_independently() -> None:
    outputs = trained(layers.RandomFlip())

    flips = [(), (1,), (2,), (1, 2)]
    found = [
        next(axes for axes in flips if np.array_equal(output, np.flip(image[None], axes)[0]))
        for image, output in zip(IMAGES, outputs, strict=True)
    ]
    assert set(found) == set(flips)


def test_flip_of_one_direction_leaves_the_other() -> None:
    outputs = trained(layers.RandomFlip("horizontal", "channels_first"), np.moveaxis(IMAGES, -1, 1))

    for image, output in zip(np.moveaxis(IMAGES, -1, 1), outputs, strict=True):
        assert np.array_equal(output, image) or np.array_equal(output, image[:, :, ::-1])


def test_crop_cuts_another_part_out_of_each_image() -> None:
    outputs = trained(layers.RandomCrop(3, 4))

    places = set()
    for image, output in zip(IMAGES, outputs, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(image, (3, 4, 2))[:, :, 0]
        (place,) = np.argwhere((windows == output).all((2, 3, 4)))
        places.add(tuple(place))
    assert len(places) > 3


@pytest.mark.parametrize(("height", "width"), [(3, 4), (9, 4), (8, 8)])
def test_crop_outside_of_training_is_that_of_the_middle(height: int, width: int) -> None:
    outputs, _ = layers.RandomCrop(height, width).apply({}, {}, IMAGES)
    middle, _ = layers.CenterCrop(height, width).apply({}, {}, IMAGES)

    np.testing.assert_array_equal(outputs, middle)


@pytest.mark.parametrize(("turns", "quarters"), [(0.25, 1), (0.5, 2), (-0.25, 3)])
def test_rotation_turns_counterclockwise(turns: float, quarters: int) -> None:
    outputs = trained(layers.RandomRotation((turns, turns)))

    np.testing.assert_allclose(outputs, np.rot90(IMAGES, quarters, (1, 2)), atol=1e-2)


def test_translation_moves_down_and_to_the_right() -> None:
    outputs = trained(layers.RandomTranslation((1 / 3, 1 / 3), (-1 / 6, -1 / 6), "constant", fill_value=7.0))

    np.testing.assert_allclose(outputs[:, 2:, :5], IMAGES[:, :4, 1:], atol=1e-2)
    np.testing.assert_array_equal(outputs[:, :2], 7)


@pytest.mark.parametrize("fill_mode", ["reflect", "wrap", "nearest"])
def test_outside_of_the_image_is_filled_as_numpy_pads(fill_mode: str) -> None:
    layer = layers.RandomTranslation((0.5, 0.5), 0.0, fill_mode, "nearest")
    mode = {"reflect": "symmetric", "wrap": "wrap", "nearest": "edge"}[fill_mode]

    padded = np.pad(IMAGES, ((0, 0), (3, 0), (0, 0), (0, 0)), mode)

    np.testing.assert_array_equal(trained(layer), padded[:, :6])


def test_zoom_shows_more_for_a_positive_factor() -> None:
    outputs = trained(layers.RandomZoom((1.0, 1.0), (0.0, 0.0), "constant"), IMAGES[:, :5])

    np.testing.assert_allclose(outputs[:, 1:4], IMAGES[:, :5:2], atol=1e-2)
    np.testing.assert_array_equal(outputs[:, [0, 4]], 0)


def test_brightness_adds_one_number_to_an_image_and_stays_in_the_range() -> None:
    grey = np.full((16, 2, 2, 3), 100, np.uint8)

    outputs = trained(layers.RandomBrightness((-0.5, 0.25)), grey)

    np.testing.assert_array_equal(outputs.min((1, 2, 3)), outputs.max((1, 2, 3)))
    assert outputs.min() >= 0
    assert outputs.max() <= 100 + 255 / 4
    assert outputs.max() > 110


def test_contrast_keeps_the_mean_and_scales_the_distances() -> None:
    images = 100 + 10 * np.random.default_rng(1).uniform(-1, 1, size=(16, 4, 4, 2)).astype(np.float32)

    outputs = trained(layers.RandomContrast(0.4), images)

    scales = outputs.std((1, 2)) / images.std((1, 2))
    np.testing.assert_allclose(outputs.mean((1, 2)), images.mean((1, 2)), rtol=1e-5)
    np.testing.assert_allclose(scales[:, 0], scales[:, 1], rtol=1e-4)
    assert 0.6 <= scales.min() < 1 < scales.max() <= 1.4


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.RandomFlip("up"), r"mode must be one of .*; got 'up'\."),
        (lambda: layers.RandomRotation(2), r"factor must be one or two numbers in \[-1, 1\]; got 2\."),
        (lambda: layers.RandomContrast((0.1, -0.1)), r"factor must be one or two numbers in \[0, 1\]"),
        (lambda: layers.RandomZoom(0.1, "a"), r"width_factor must be one or two numbers in \[-1, 1\]; got 'a'\."),
        (lambda: layers.RandomZoom(0.1, fill_mode="mirror"), r"fill_mode must be one of .*; got 'mirror'\."),
        (lambda: layers.RandomBrightness(0.1, 255), r"value_range must be two different numbers; got 255\."),
        (lambda: layers.RandomCrop(0, 3), r"height must be a positive integer; got 0\."),
    ],
)
def test_wrong_hyperparameters_are_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_training_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match=r"key must be a PRNG key when training with RandomFlip; got None\."):
        layers.RandomFlip().apply({}, {}, jnp.asarray(IMAGES), training=True)
