"""Our layers and Keras' on the JAX backend, with the same weights and inputs: how far apart the results are."""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import keras
import numpy as np

from tests.trainer.layers.keras_cases import CASES, Case
from tests.trainer.layers.keras_image_cases import IMAGE_CASES
from tests.trainer.layers.keras_sequence_cases import SEQUENCE_CASES

ALL_CASES: list[Case] = [*CASES, *IMAGE_CASES, *SEQUENCE_CASES]


class Differences(NamedTuple):
    """The largest differences, each as a share of the greatest value of its array where that is above 1.

    Attributes:
        outputs: Of what the layers return.
        state: Of what they carry on, as moving averages.
        grads: Of the gradients of weights and of inputs.
    """

    outputs: float
    state: float
    grads: float


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


def difference(ours: Any, theirs: Any) -> float:
    """The largest difference of two pytrees of the same structure; 0 without arrays, infinite where NaN meet none."""

    def compare(one: Any, other: Any) -> float:
        one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
        assert one.shape == other.shape
        if not np.array_equal(np.isfinite(one), np.isfinite(other)):
            return np.inf
        apart = np.abs(one - other)[np.isfinite(one)]
        return float(apart.max(initial=0) / max(1, np.abs(other[np.isfinite(other)]).max(initial=0)))

    assert jax.tree.structure(ours) == jax.tree.structure(theirs)
    return max(jax.tree.leaves(jax.tree.map(compare, ours, theirs)), default=0.0)


def compare(case: Case, training: bool) -> Differences:
    """Runs both layers, forwards and backwards."""
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

    theirs_after = our_weights(example_state, with_values(theirs.non_trainable_variables, new_fixed))
    their_params = our_weights(example_params, with_values(theirs.trainable_variables, their_grads[0]))
    return Differences(
        outputs=difference(jax.tree.leaves(ours_out), jax.tree.leaves(their_out)),
        state=difference(new_state, theirs_after),
        grads=max(difference(ours_grads[0], their_params), difference(ours_grads[1:], their_grads[1:])),
    )
