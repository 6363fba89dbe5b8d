from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers

KEY = jax.random.key(0)
ONES = jnp.ones((400, 100))


def trained(layer: layers.Layer, inputs: jax.Array) -> np.ndarray:
    return np.asarray(layer.apply({}, {}, inputs, training=True, key=KEY)[0])


@pytest.mark.parametrize(
    "layer",
    [
        layers.AlphaDropout(0.5),
        layers.Dropout(0.5),
        layers.GaussianDropout(0.5),
        layers.GaussianNoise(0.5),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_nothing_happens_outside_of_training_and_a_key_is_needed_in_it(layer: layers.Layer) -> None:
    assert layer.apply({}, {}, ONES)[0] is ONES
    with pytest.raises(
        ValueError, match=rf"key must be a PRNG key when training with {type(layer).__name__}; got None"
    ):
        layer.apply({}, {}, ONES, training=True)


def test_gaussian_noise_is_added_with_its_deviation() -> None:
    noise = trained(layers.GaussianNoise(0.3), ONES) - 1

    assert noise.mean() == pytest.approx(0, abs=0.01)
    assert noise.std() == pytest.approx(0.3, rel=0.02)


def test_gaussian_dropout_multiplies_with_the_variance_of_dropout() -> None:
    outputs = trained(layers.GaussianDropout(0.2), 2 * ONES)

    assert outputs.mean() == pytest.approx(2, abs=0.02)
    assert outputs.std() == pytest.approx(2 * (0.2 / 0.8) ** 0.5, rel=0.02)


def test_alpha_dropout_keeps_mean_and_variance_of_standard_normal_inputs() -> None:
    outputs = trained(layers.AlphaDropout(0.3), jax.random.normal(jax.random.key(1), (400, 100)))

    assert outputs.mean() == pytest.approx(0, abs=0.02)
    assert outputs.std() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(("data_format", "axes"), [("channels_last", (1, 2)), ("channels_first", (2, 3))])
def test_spatial_dropout_drops_whole_channels(data_format: str, axes: tuple[int, int]) -> None:
    outputs = trained(layers.SpatialDropout2D(0.4, data_format), jnp.ones((40, 30, 5, 30)))

    np.testing.assert_array_equal(outputs.min(axes), outputs.max(axes))
    assert (outputs == 0).mean() == pytest.approx(0.4, abs=0.05)
    assert set(np.unique(outputs)) == {np.float32(0), np.float32(1 / 0.6)}


def test_noise_shape_chooses_along_the_other_axes_only() -> None:
    outputs = trained(layers.Dropout(0.5, noise_shape=(None, 1)), ONES)

    np.testing.assert_array_equal(outputs.min(1), outputs.max(1))
    assert set(outputs[:, 0]) == {0, 2}


def test_noise_shape_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"noise_shape of Dropout must have 1, None or the inputs' length"):
        trained(layers.Dropout(0.5, noise_shape=(3, 1)), ONES)


@pytest.mark.parametrize("stddev", [-1, None, True, float("inf")])
def test_a_deviation_that_does_not_exist_is_refused(stddev: object) -> None:
    with pytest.raises(ValueError, match=r"stddev must be a number of at least 0; got "):
        layers.GaussianNoise(stddev)  # type: ignore[arg-type]
