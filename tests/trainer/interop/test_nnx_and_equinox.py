from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import Estimator, heads, interop

pytestmark = pytest.mark.peers

KEY = jax.random.key(0)
ROWS = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)


def make_nnx() -> Any:
    nnx = pytest.importorskip("flax.nnx")

    class Net(nnx.Module):
        def __init__(self, rngs: Any) -> None:
            self.first = nnx.Linear(2, 8, rngs=rngs)
            self.norm = nnx.BatchNorm(8, rngs=rngs)
            self.dropout = nnx.Dropout(0.2, rngs=rngs)
            self.last = nnx.Linear(8, 3, rngs=rngs)

        def __call__(self, rows: Any) -> Any:
            return self.last(self.dropout(nnx.relu(self.norm(self.first(rows)))))

    return Net(nnx.Rngs(0))


def make_equinox() -> Any:
    eqx = pytest.importorskip("equinox")

    class Net(eqx.Module):
        first: Any
        dropout: Any
        last: Any

        def __init__(self, key: Any) -> None:
            one, two = jax.random.split(key)
            self.first, self.last = eqx.nn.Linear(2, 8, key=one), eqx.nn.Linear(8, 3, key=two)
            self.dropout = eqx.nn.Dropout(0.2)

        def __call__(self, row: Any, key: Any = None) -> Any:
            return self.last(self.dropout(jax.nn.relu(self.first(row)), key=key))

    return Net(jax.random.key(0))


def test_nnx_module_computes_the_same_and_is_not_changed() -> None:
    module = make_nnx()
    network = interop.as_network(module)
    params, state = network.init(KEY, ROWS)

    still, _ = network.apply(params, state, ROWS)
    first, new_state = jax.jit(lambda key: network.apply(params, state, ROWS, training=True, key=key))(KEY)
    again, _ = network.apply(params, state, ROWS, training=True, key=KEY)

    module.eval()
    np.testing.assert_allclose(still, module(ROWS), atol=1e-6)
    np.testing.assert_allclose(first, again, atol=1e-5)
    assert not np.allclose(first, network.apply(params, state, ROWS, training=True, key=jax.random.key(1))[0])
    assert sorted(params) == ["first", "last", "norm"]
    assert jax.tree.structure(new_state) == jax.tree.structure(state)
    assert not np.allclose(jax.tree.leaves(new_state)[0], jax.tree.leaves(state)[0])


def test_equinox_module_computes_the_same() -> None:
    eqx = pytest.importorskip("equinox")
    module = make_equinox()
    network = interop.as_network(module)
    params, state = network.init(KEY, ROWS)

    still, _ = network.apply(params, state, ROWS)
    first, _ = network.apply(params, state, ROWS, training=True, key=KEY)

    np.testing.assert_allclose(still, jax.vmap(eqx.nn.inference_mode(module))(ROWS), atol=1e-6)
    assert not np.allclose(first, still)
    assert sorted(params) == ["first", "last"]


def test_equinox_module_with_state_carries_its_statistics() -> None:
    eqx = pytest.importorskip("equinox")
    module, module_state = eqx.nn.make_with_state(eqx.nn.BatchNorm)(2, "batch", mode="ema")
    network = interop.EquinoxNetwork(module, module_state)
    params, state = network.init(KEY, ROWS)

    outputs, new_state = network.apply(params, state, ROWS, training=True)

    assert jax.tree.structure(new_state) == jax.tree.structure(state)
    assert any(not np.allclose(a, b) for a, b in zip(*map(jax.tree.leaves, (state, new_state)), strict=True))
    assert jnp.isfinite(outputs).all()


@pytest.mark.parametrize("make", [make_nnx, make_equinox])
def test_estimator_trains_it(make: Any, blobs: tuple[np.ndarray, np.ndarray]) -> None:
    features, labels = blobs

    estimator = Estimator(make(), head=heads.MultiClassHead(n_classes=3), learning_rate=0.05)
    estimator.fit(features, labels, steps=200)

    assert estimator.score(features, labels) > 0.95


@pytest.mark.parametrize("make", [make_nnx, make_equinox])
def test_the_graph_of_a_module_has_its_layers_as_scopes_beside_their_weights(make: Callable[[], Any]) -> None:
    estimator = Estimator(make(), head=heads.MultiClassHead(n_classes=3))
    estimator.fit(ROWS, np.arange(6) % 3, steps=1)

    names = {node.name for node in estimator.__summary_graph__().node}

    assert {"forward/first/dot_general", "forward/last/dot_general", "backward/last/dot_general"} <= names
    weights = {name for name in names if name.startswith(("forward/first/kernel", "forward/first/weight"))}
    assert weights
