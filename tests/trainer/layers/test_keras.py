"""Keras 3 on the JAX backend is the oracle of the layers' numerics and defaults."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers

keras = pytest.importorskip("keras")

from tests.trainer.layers.keras_cases import CASES, Case  # noqa: E402
from tests.trainer.layers.keras_image_cases import IMAGE_CASES  # noqa: E402
from tests.trainer.layers.keras_sequence_cases import SEQUENCE_CASES  # noqa: E402

INPUTS = np.linspace(-3, 3, 24, dtype=np.float32).reshape(6, 4)
TOLERANCE = 1e-5
QUICK_CASES = 2  # of a layer


def make_inputs(case: Case) -> Any:
    """Arrays of the case's shapes: one, or a list of several."""
    generator = np.random.default_rng(3)
    if case.largest is not None:
        arrays = [generator.integers(0, case.largest, shape).astype(np.int32) for shape in case.shapes]
    else:
        arrays = [generator.normal(size=shape).astype(np.float32) for shape in case.shapes]
    return arrays[0] if len(arrays) == 1 else arrays


def draw_nothing(theirs: Any) -> None:
    """Spares the programs that draw initial weights, one for each shape."""
    for name in [name for name in vars(theirs) if name.endswith("_initializer")]:
        setattr(theirs, name, keras.initializers.Zeros())


def fill_weights(theirs: Any) -> None:
    """Gives every weight values that tell one from another; counters and seeds stay."""
    generator = np.random.default_rng(4)
    for variable in theirs.weights:
        if np.issubdtype(np.dtype(variable.dtype), np.floating):
            least = -1 if variable.trainable else 0.2  # variances are positive
            variable.assign(generator.uniform(least, 1, variable.shape))


def our_weights(tree: Any, variables: list[Any]) -> Any:
    """A pytree like `tree` with the values of Keras' variables of the same names, in the same order.

    Among equal names, the layers around tell: ``query/kernel`` is that of ``multi_head_attention/query/kernel``.
    """
    values = list(variables)

    def take(around: str, name: str, leaf: Any) -> Any:
        if isinstance(leaf, dict):
            return {key: take(name, key, value) for key, value in leaf.items()}
        fitting = [v for v in values if v.name == name and tuple(v.shape) == tuple(leaf.shape)]
        found = next((v for v in fitting if any(part.startswith(around) for part in v.path.split("/"))), fitting[0])
        values.pop([id(v) for v in values].index(id(found)))
        return jnp.array(found.value)

    return take("", "", tree)


class Named(NamedTuple):
    """A value under the name of a variable."""

    name: str
    path: str
    value: Any

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.value.shape)


def with_values(variables: list[Any], values: list[Any]) -> list[Named]:
    return [Named(variable.name, variable.path, value) for variable, value in zip(variables, values, strict=True)]


def our_inputs(case: Case, inputs: Any) -> Any:
    """The inputs as our layer takes them: by name where some are given by name."""
    if not case.named:
        return inputs
    several = inputs if isinstance(inputs, list) else [inputs]
    return dict(zip(case.ours.INPUT_NAMES, several, strict=False)) | case.named


def sum_of_sines(outputs: Any) -> Any:
    return sum(jnp.sum(jnp.sin(leaf)) for leaf in jax.tree.leaves(outputs))


def assert_close(ours: Any, theirs: Any) -> None:
    """Equal to `TOLERANCE`, of the greatest value of an array where that is above 1."""

    def compare(one: Any, other: Any) -> None:
        np.testing.assert_allclose(one, other, rtol=0, atol=TOLERANCE * max(1, np.abs(other).max(initial=0)))

    assert jax.tree.structure(ours) == jax.tree.structure(theirs)
    jax.tree.map(compare, ours, theirs)


def list_cases() -> Iterator[Any]:
    """Each case in each mode; more than a few of one layer are slow together."""
    seen: Counter[type] = Counter()
    for case in [*CASES, *IMAGE_CASES, *SEQUENCE_CASES]:
        seen[type(case.ours)] += 1
        marks = [pytest.mark.slow] if seen[type(case.ours)] > QUICK_CASES else []
        for training in [False, True] if case.trains else [False]:
            yield pytest.param(case, training, id=f"{case.name}{'-training' if training else ''}", marks=marks)


@pytest.mark.parametrize(("case", "training"), list(list_cases()))
def test_layer_with_keras_weights_gives_keras_outputs_and_gradients(case: Case, training: bool) -> None:
    inputs = make_inputs(case)
    theirs = case.theirs()
    draw_nothing(theirs)
    is_listed = len(case.shapes) > 1 and not case.spread
    theirs.build(*([[list(s) for s in case.shapes]] if is_listed else case.shapes))
    fill_weights(theirs)
    example = our_inputs(case, inputs)
    example_params, example_state = jax.eval_shape(lambda: case.ours.init(jax.random.key(0), example))
    params = our_weights(example_params, theirs.trainable_variables)
    state = our_weights(example_state, theirs.non_trainable_variables)
    options = case.named | case.options
    if "training" in inspect.signature(theirs.call).parameters:
        options = options | {"training": training}
    fixed = [v.value for v in theirs.non_trainable_variables]

    def our_loss(params: Any, inputs: Any) -> Any:
        given = our_inputs(case, inputs)
        outputs, new_state = case.ours.apply(params, state, given, training=training, key=jax.random.key(0))
        return sum_of_sines(outputs), (outputs, new_state)

    def their_loss(values: Any, inputs: Any) -> Any:
        outputs, new = theirs.stateless_call(values, fixed, *(inputs if case.spread else [inputs]), **options)
        return sum_of_sines(outputs), (outputs, new)

    values = [v.value for v in theirs.trainable_variables]
    wanted = (0, 1) if case.has_grads and case.largest is None else (0,)

    @jax.jit
    def both(params: Any, values: Any, inputs: Any) -> Any:
        ours = jax.value_and_grad(our_loss, wanted, has_aux=True)(params, inputs)
        return ours, jax.value_and_grad(their_loss, wanted, has_aux=True)(values, inputs)

    results = both(params, values, inputs)
    ((_, (ours_out, new_state)), ours_grads), ((_, (their_out, new_fixed)), their_grads) = results

    assert_close(jax.tree.leaves(ours_out), jax.tree.leaves(their_out))
    assert_close(new_state, our_weights(example_state, with_values(theirs.non_trainable_variables, new_fixed)))
    assert_close(ours_grads[0], our_weights(example_params, with_values(theirs.trainable_variables, their_grads[0])))
    assert_close(ours_grads[1:], their_grads[1:])


def test_glorot_uniform_fills_the_same_interval_as_keras() -> None:
    kernel, _ = layers.Dense(200).init(jax.random.key(1), jnp.ones((1, 100)))
    theirs = keras.initializers.GlorotUniform(seed=1)((100, 200))

    limit = (6 / 300) ** 0.5
    assert float(jnp.max(jnp.abs(kernel["kernel"]))) <= limit
    assert float(jnp.std(kernel["kernel"])) == pytest.approx(float(np.std(theirs)), rel=0.02)


def test_dropout_keeps_the_mean_and_the_share_of_keras() -> None:
    inputs = jnp.ones((400, 100))

    ours, _ = layers.Dropout(0.3).apply({}, {}, inputs, training=True, key=jax.random.key(0))
    theirs = keras.layers.Dropout(0.3, seed=0)(inputs, training=True)

    assert set(np.unique(ours)) == set(np.unique(theirs))
    assert float(jnp.mean(ours == 0)) == pytest.approx(0.3, abs=0.01)
    assert float(jnp.mean(ours)) == pytest.approx(1, abs=0.01)
