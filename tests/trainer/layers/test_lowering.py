"""On CPU small convolutions and pooling are lowered to slices and products; they equal the native operations."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers
from trainer.jaxprs import iter_primitives
from trainer.layers import convolutions, pooling
from trainer.layers.windows import Window, windows_of

KEY = jax.random.key(0)
IS_CPU = jax.default_backend() == "cpu"


def network() -> layers.Sequential:
    return layers.Sequential(
        [
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(4, 5, padding="same"),
            layers.MaxPooling2D(3, 2, padding="same"),
            layers.DepthwiseConv2D(3, padding="same"),
            layers.Conv2DTranspose(2, 3, 2, padding="same"),
            layers.AveragePooling2D(2, 1),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )


def step_primitives(batch: int) -> set[str]:
    inputs = jax.ShapeDtypeStruct((batch, 12, 12, 3), jnp.float32)
    params, state = jax.eval_shape(network().init, KEY, inputs)

    def loss(params: Any, inputs: Any) -> Any:
        return jnp.sum(network().apply(params, state, inputs)[0])

    return set(iter_primitives(jax.make_jaxpr(jax.grad(loss))(params, inputs)))


@pytest.mark.skipif(not IS_CPU, reason="native operations are kept elsewhere")
def test_step_of_a_cnn_on_cpu_holds_no_native_convolution_or_pooling() -> None:
    found = step_primitives(4)

    assert "dot_general" in found
    assert not {"conv_general_dilated", "reduce_window_max", "reduce_window_sum", "select_and_scatter_add"} & found


def test_slices_that_take_too_much_memory_stay_native() -> None:
    assert "conv_general_dilated" in step_primitives(100_000)


def test_large_kernels_stay_native() -> None:
    assert not convolutions.prefers_slices([Window(6, 1, 1, (0, 0))] * 2, (1, 8, 8), 3, 4)


def assert_equal_with_gradients(one: Any, other: Any, *arrays: Any) -> None:
    def results(function: Any) -> Any:
        outputs = function(*arrays)
        numbers = tuple(range(len(arrays)))
        return outputs, jax.grad(lambda *args: jnp.mean(jnp.sin(function(*args))), numbers)(*arrays)

    ours, native = jax.jit(lambda: (results(one), results(other)))()

    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-4, rtol=1e-4), ours, native)


@pytest.mark.parametrize(
    ("shape", "size", "stride", "dilation", "padding", "groups"),
    [
        ((9,), 3, 2, 1, "same", 1),
        ((9,), 4, 1, 2, "causal", 2),
        ((7, 6), 3, 1, 1, "valid", 1),
        ((7, 6), 2, 3, 1, "same", 4),
        ((7, 6), 5, 1, 1, "same", 2),
        ((5, 4, 6), 3, 2, 1, "same", 1),
    ],
)
def test_convolution_by_slices_equals_the_native_one(
    shape: tuple[int, ...], size: int, stride: int, dilation: int, padding: str, groups: int
) -> None:
    rank = len(shape)
    windows = windows_of(shape, (size,) * rank, (stride,) * rank, (dilation,) * rank, padding)
    inputs = jax.random.normal(KEY, (2, *shape, 4))
    kernel = jax.random.normal(KEY, (*(size,) * rank, 4 // groups, 8))

    assert_equal_with_gradients(
        lambda inputs, kernel: convolutions.convolve_by_slices(inputs, kernel, windows, groups),
        lambda inputs, kernel: convolutions.convolve_natively(inputs, kernel, windows, groups),
        inputs,
        kernel,
    )


@pytest.mark.parametrize("groups", [1, 2])
def test_convolution_of_a_batch_beyond_the_caches_equals_the_native_one(groups: int) -> None:
    windows = windows_of((16, 16), (3, 3), (1, 1), (1, 1), "same")
    row_bytes = 16 * 16 * (9 * 8 + 8) * 4
    batch = 2 * convolutions.PART_BYTES // row_bytes + 2  # two whole parts, and a smaller one
    inputs = jax.random.normal(KEY, (batch, 16, 16, 8))
    kernel = jax.random.normal(KEY, (3, 3, 8 // groups, 8))

    assert_equal_with_gradients(
        lambda inputs, kernel: convolutions.convolve_by_slices(inputs, kernel, windows, groups),
        lambda inputs, kernel: convolutions.convolve_natively(inputs, kernel, windows, groups),
        inputs,
        kernel,
    )


@pytest.mark.parametrize(("size", "stride", "cut"), [(3, 1, 0), (3, 2, 1), (2, 3, 0), (4, 2, 2)])
def test_transposed_convolution_by_slices_equals_the_native_one(size: int, stride: int, cut: int) -> None:
    windows = [Window(size, stride, 1, (cut, 0))] * 2
    lengths = [3 * stride + size, 4 * stride + size - cut]
    inputs, kernel = jax.random.normal(KEY, (2, 4, 5, 3)), jax.random.normal(KEY, (size, size, 2, 3))

    assert_equal_with_gradients(
        lambda inputs, kernel: convolutions.transposed_by_slices(inputs, kernel, windows, lengths),
        lambda inputs, kernel: convolutions.transposed_natively(inputs, kernel, windows, lengths),
        inputs,
        kernel,
    )


@pytest.mark.parametrize(
    ("size", "stride", "padding"), [(2, 2, "valid"), (3, 3, "same"), (3, 2, "same"), (2, 1, "valid")]
)
@pytest.mark.parametrize("kind", ["max", "sum"])
def test_pooling_by_axes_equals_the_native_one(kind: str, size: int, stride: int, padding: str) -> None:
    windows = windows_of((7, 6), (size, size), (stride, stride), (1, 1), padding)
    reduction, function, value = (jnp.max, jax.lax.max, -np.inf) if kind == "max" else (jnp.sum, jax.lax.add, 0.0)

    assert_equal_with_gradients(
        lambda inputs: pooling.reduce_by_axes(inputs, windows, reduction, value),
        lambda inputs: pooling.reduce_natively(inputs, windows, function, value),
        jax.random.normal(KEY, (2, 7, 6, 3)),
    )


@pytest.mark.skipif(not IS_CPU, reason="the native operation gives it to the first")
@pytest.mark.parametrize("strides", [2, 1])
def test_equal_greatest_values_share_the_gradient(strides: int) -> None:
    layer = layers.MaxPooling1D(2, strides)

    grads = jax.grad(lambda inputs: jnp.sum(layer.apply({}, {}, inputs)[0]))(jnp.ones((1, 2, 1)))

    np.testing.assert_array_equal(grads[0, :, 0], [0.5, 0.5])


def test_max_pooling_of_integers_keeps_their_type() -> None:
    inputs = jnp.arange(-6, 0, dtype=jnp.int32).reshape(1, 6, 1)

    outputs, _ = layers.MaxPooling1D(4, padding="same").apply({}, {}, inputs)

    np.testing.assert_array_equal(outputs, np.array([-4, -1], np.int32).reshape(1, 2, 1))
