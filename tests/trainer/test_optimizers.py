from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from trainer.optimizers import make_optimizer

PARAMS = {"dense_0": {"kernel": jnp.array([1.0, -2.0, 3.0])}}
GRADS = {"dense_0": {"kernel": jnp.array([0.5, 0.1, -0.2])}}


def updates(optimizer: Any, learning_rate: Any, count: int) -> tuple[Any, list[float | None]]:
    made, start = make_optimizer(optimizer, learning_rate)
    params, opt_state, rates = PARAMS, made.init(PARAMS, start), []
    for step in range(1, count + 1):
        changes, opt_state = made.update(GRADS, opt_state, params)
        params = optax.apply_updates(params, changes)
        found = made.learning_rates(opt_state, jnp.int32(step))
        rates.append(float(found["learning_rate"]) if found else None)
    return params, rates


def by_optax(transformation: optax.GradientTransformation, count: int) -> Any:
    params, opt_state = PARAMS, transformation.init(PARAMS)
    for _ in range(count):
        changes, opt_state = transformation.update(GRADS, opt_state, params)
        params = optax.apply_updates(params, changes)
    return params


@pytest.mark.parametrize(
    ("optimizer", "learning_rate", "transformation"),
    [
        ("adam", 0.1, optax.adam(0.1)),
        ("adam", None, optax.adam(1e-3)),
        ("sgd", None, optax.sgd(1e-2)),
        (optax.rmsprop, 0.01, optax.rmsprop(0.01)),
        (lambda learning_rate: optax.adamw(learning_rate, weight_decay=0.1), 0.2, optax.adamw(0.2, weight_decay=0.1)),
        (optax.chain(optax.clip(0.1), optax.sgd(0.3)), None, optax.chain(optax.clip(0.1), optax.sgd(0.3))),
        ("adam", optax.linear_schedule(0.1, 0.0, 4), optax.adam(optax.linear_schedule(0.1, 0.0, 4))),
        (optax.MultiSteps(optax.sgd(0.3), 2), None, optax.MultiSteps(optax.sgd(0.3), 2)),
        ("adam", jnp.float32(0.125), optax.adam(0.125)),
    ],
)
def test_every_form_updates_as_optax_does(optimizer: Any, learning_rate: Any, transformation: Any) -> None:
    ours, _ = updates(optimizer, learning_rate, 5)

    jax.tree.map(
        lambda one, other: np.testing.assert_allclose(one, other, rtol=1e-6), ours, by_optax(transformation, 5)
    )


@pytest.mark.parametrize(
    ("optimizer", "learning_rate", "rates"),
    [
        ("adam", 0.25, [0.25, 0.25, 0.25]),
        ("adam", optax.linear_schedule(1.0, 0.0, 4), [1.0, 0.75, 0.5]),
        (optax.sgd(0.5), 0.5, [0.5, 0.5, 0.5]),
        (optax.sgd(optax.linear_schedule(1.0, 0.0, 4)), optax.linear_schedule(1.0, 0.0, 4), [1.0, 0.75, 0.5]),
        (optax.inject_hyperparams(optax.sgd)(learning_rate=0.125), None, [0.125, 0.125, 0.125]),
        (optax.sgd(0.5), None, [None, None, None]),
    ],
)
def test_learning_rate_is_the_one_that_the_update_used(optimizer: Any, learning_rate: Any, rates: Any) -> None:
    assert updates(optimizer, learning_rate, 3)[1] == rates


def test_optimizers_that_differ_only_in_a_constant_rate_share_programs() -> None:
    one, other = make_optimizer("adam", 0.1), make_optimizer("adam", 0.2)

    assert one[0] == other[0]
    assert (one[1], other[1]) == (0.1, 0.2)


@pytest.mark.parametrize(
    ("optimizer", "learning_rate", "message"),
    [
        ("adamm", None, r"optimizer must be the name of an Optax optimizer; got 'adamm'\."),
        ("apply_updates", None, r"optimizer must be the name of an Optax optimizer; got 'apply_updates'\."),
        (3, None, r"optimizer must be a name, a function or an Optax transformation; got 3\."),
        (lambda: optax.sgd(0.1), None, r"optimizer must take learning_rate=; got <function"),
        ("adam", 0.0, r"learning_rate must be positive; got 0\.0\."),
        ("adam", "0.1", r"learning_rate must be positive; got '0\.1'\."),
        ("adam", float("nan"), r"learning_rate must be positive; got nan\."),
        ("adam", True, r"learning_rate must be positive; got True\."),
        ("adam", [0.1], r"learning_rate must be positive; got \[0\.1\]\."),
    ],
)
def test_wrong_optimizers_are_refused(optimizer: Any, learning_rate: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        make_optimizer(optimizer, learning_rate)


@pytest.mark.parametrize("optimizer", ["lbfgs", {"*": optax.lbfgs()}])
def test_optimizer_that_needs_the_loss_is_refused(optimizer: Any) -> None:
    with pytest.raises(TypeError, match=r"optimizer must need gradients, state and params alone; got .*'value_fn'"):
        updates(optimizer, None, 1)
