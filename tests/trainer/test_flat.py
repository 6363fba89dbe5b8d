"""A network's params as one vector, beside Optax on the params themselves."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from trainer import heads, layers
from trainer.estimators.network_objective import NetworkObjective
from trainer.flat import MOST_NUMBERS, FlatForm, find_flat_form
from trainer.optimizers import ELEMENTWISE, make_optimizer
from trainer.protocols import Batch, TrainState
from trainer.step import Step
from trainer.step_options import StepOptions

RNG = np.random.default_rng(0)
PARAMS = {"dense_0": {"kernel": jnp.asarray(RNG.normal(size=(3, 2)), jnp.float32), "bias": jnp.ones(2)}}
BATCH = Batch(np.ones((4, 3), np.float32), np.zeros(4, np.int32), np.ones(4, np.float32))


def is_elementwise(name: str) -> bool:
    factory = getattr(optax, name)
    return any(factory is known for known in ELEMENTWISE)


@pytest.mark.parametrize("name", sorted(name for name in dir(optax) if is_elementwise(name)))
def test_optimizer_does_to_a_vector_what_it_does_to_arrays(name: str) -> None:
    optimizer = getattr(optax, name)(learning_rate=0.1)
    form = FlatForm(PARAMS)
    params, opt_state = PARAMS, optimizer.init(PARAMS)
    packed = form.pack_state(TrainState(params, {}, opt_state, 0))
    vector, vector_state = packed.params, packed.opt_state

    for _ in range(3):
        grads = jax.tree.map(jnp.sin, params)
        updates, opt_state = optimizer.update(grads, opt_state, params)
        params = optax.apply_updates(params, updates)
        changes, vector_state = optimizer.update(form.pack(grads), vector_state, vector)
        vector = optax.apply_updates(vector, changes)

    whole = form.unpack_state(TrainState(vector, {}, vector_state, 0), TrainState(PARAMS, {}, opt_state, 0))
    jax.tree.map(lambda one, other: np.testing.assert_allclose(one, other, rtol=1e-6), whole.opt_state, opt_state)
    jax.tree.map(lambda one, other: np.testing.assert_allclose(one, other, rtol=1e-6), whole.params, params)


@pytest.mark.parametrize(
    ("network", "optimizer", "options"),
    [
        (layers.Dense(2), "lamb", StepOptions()),
        (layers.Dense(2), lambda learning_rate: optax.adam(learning_rate), StepOptions()),
        (layers.Dense(2), {"*": "adam"}, StepOptions()),
        (layers.Dense(2), "adam", StepOptions(trainable=("*kernel",))),
        (layers.Dense(2), "adam", StepOptions(loss_scale="dynamic")),
        (layers.Dense(2, kernel_constraint=layers.constraints.UnitNorm()), "adam", StepOptions()),
        (layers.Dense(MOST_NUMBERS), "adam", StepOptions()),
    ],
)
def test_params_stay_apart_where_they_are_not_all_treated_alike(
    network: Any, optimizer: Any, options: StepOptions
) -> None:
    assert _form(network, optimizer, options) is None
    assert _form(layers.Dense(2), "adam", StepOptions()) is not None


def test_half_precision_stays_apart() -> None:
    assert find_flat_form({"kernel": jnp.ones(3, jnp.bfloat16)}) is None


def _form(network: Any, optimizer: Any, options: StepOptions) -> FlatForm | None:
    units = network.units if isinstance(network, layers.Dense) else 2
    objective = NetworkObjective(layers.Sequential([network]), heads.MultiClassHead(units))
    step, found = Step(objective, make_optimizer(optimizer)[0], options), []
    jax.eval_shape(lambda: found.append(step.flat_form(objective.init(jax.random.key(0), BATCH)[0])))
    return found[0]
