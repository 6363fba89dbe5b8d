"""`add_graph` on models of each library, and its files in TensorBoard's own graph plugin."""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import optax  # type: ignore[import-untyped]
import pytest
from google.protobuf import text_format
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.compat.proto.config_pb2 import RunMetadata as TheirRunMetadata
from tensorboard.compat.proto.graph_pb2 import GraphDef as TheirGraphDef
from tensorboard.context import RequestContext
from tensorboard.plugins.base_plugin import TBContext

from summaries import SummaryWriter
from summaries.adapters.jax_graph import graph_of_module, walk
from summaries.kinds.graph_kinds import read_graph
from summaries.load import load
from summaries.proto.graph_pb2 import GraphDef, NodeDef
from summaries.proto.run_metadata_pb2 import DeviceStepStats, NodeExecStats, RunMetadata, StepStats

os.environ.setdefault("KERAS_BACKEND", "jax")
equinox = pytest.importorskip("equinox")
keras = pytest.importorskip("keras")
nnx = pytest.importorskip("flax.nnx")
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of what TensorBoard ships
    from tensorboard.plugins.graph.graphs_plugin import GraphsPlugin


class Block(nnx.Module):
    def __init__(self, rngs: Any) -> None:
        self.dense = nnx.Linear(4, 4, rngs=rngs)
        self.norm = nnx.LayerNorm(4, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        return x + nnx.relu(self.dense(self.norm(x)))


class Net(nnx.Module):
    def __init__(self, rngs: Any) -> None:
        self.blocks = nnx.List([Block(rngs), Block(rngs)])

    def __call__(self, features: jax.Array) -> jax.Array:
        for block in self.blocks:
            features = block(features)
        return features


def train_step(params: Any, momentum: Any, features: jax.Array, *, rate: float) -> Any:
    def loss(params: Any) -> jax.Array:
        with jax.named_scope("dense"):
            return jnp.mean((features @ params["dense"]["kernel"] + params["dense"]["bias"]) ** 2)

    value, grads = jax.value_and_grad(loss)(params)
    momentum = jax.tree.map(lambda kept, grad: 0.9 * kept + grad, momentum, grads)
    return jax.tree.map(lambda param, kept: param - rate * kept, params, momentum), momentum, value


def logged(folder: Path, *args: Any, **options: Any) -> dict[str, NodeDef]:
    with SummaryWriter(folder) as writer:
        writer.add_graph(*args, **options)
    graph = load(folder).runs["."].graphs["__run_graph__"][0]
    return {node.name: node for node in graph.node}


def params_of(nodes: dict[str, NodeDef]) -> dict[str, int]:
    return {name: node.attr["_jax_params"].i for name, node in nodes.items() if node.attr["_jax_params"].i}


def open_in_tensorboard(folder: Path) -> GraphsPlugin:
    multiplexer = EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    provider = MultiplexerDataProvider(multiplexer, str(folder))
    return GraphsPlugin(TBContext(logdir=str(folder), multiplexer=multiplexer, data_provider=provider))


def test_a_step_of_plain_jax_tells_params_batch_and_optimizer_apart(tmp_path: Path) -> None:
    params = {"dense": {"kernel": jnp.ones((4, 3)), "bias": jnp.ones(3)}}
    features = jax.ShapeDtypeStruct((8, 4), jnp.float32)

    nodes = logged(tmp_path, train_step, (params, params, features), input_keywords={"rate": 0.1})

    assert params_of(nodes) == {"forward/dense/kernel": 12, "forward/dense/bias": 3}
    inputs = {name for name, node in nodes.items() if node.op == "Placeholder"}
    kept = {"update/dense/kernel/momentum", "update/dense/bias/momentum"}
    assert inputs == {"forward/features", "update/rate", *kept, "forward/dense/kernel", "forward/dense/bias"}
    assert {"forward/dense/dot_general", "backward/dense/dot_general"} <= set(nodes)


@pytest.mark.parametrize("is_jitted", [False, True])
def test_a_function_is_traced_and_not_run(tmp_path: Path, is_jitted: bool) -> None:
    def function(params: dict[str, jax.Array], scale: float) -> jax.Array:
        return jnp.tanh(params["kernel"]) * scale

    shapes = {"kernel": jax.ShapeDtypeStruct((4, 3), jnp.float32)}

    nodes = logged(tmp_path, jax.jit(function) if is_jitted else function, (shapes, 2.0))

    assert list(nodes)[:3] == ["forward/kernel", "forward/scale", "forward/tanh"]
    assert params_of(nodes) == {"forward/kernel": 12}


def test_an_nnx_module_has_the_paths_of_its_attributes(tmp_path: Path) -> None:
    model = Net(nnx.Rngs(0))

    nodes = logged(tmp_path, model, jnp.ones((2, 4)))

    size = sum(leaf.size for leaf in jax.tree.leaves(nnx.state(model, nnx.Param)))
    assert sum(params_of(nodes).values()) == size
    assert {"forward/blocks/0/dense/kernel", "forward/blocks/1/dense/dot_general", "forward/features"} <= set(nodes)
    assert model(jnp.ones((2, 4))).shape == (2, 4)


def test_an_equinox_module_has_the_paths_of_its_attributes(tmp_path: Path) -> None:
    model = equinox.nn.MLP(4, 3, 8, 1, key=jax.random.key(0))

    nodes = logged(tmp_path, model, jnp.ones(4))

    size = sum(leaf.size for leaf in jax.tree.leaves(equinox.filter(model, equinox.is_array)))
    assert sum(params_of(nodes).values()) == size
    assert {"forward/layers/0/weight", "forward/layers/1/dot_general", "forward/x"} <= set(nodes)


def test_a_training_step_of_an_nnx_module_names_operations_as_its_weights(tmp_path: Path) -> None:
    structure, weights = nnx.split(Net(nnx.Rngs(0)), nnx.Param)

    def step(params: Any, features: jax.Array) -> Any:
        def loss(params: Any) -> jax.Array:
            return jnp.mean(nnx.merge(structure, params)(features) ** 2)

        value, grads = jax.value_and_grad(loss)(params)
        return jax.tree.map(lambda param, grad: param - 0.1 * grad, params, grads), value

    nodes = logged(tmp_path, step, (weights, jnp.ones((2, 4))))

    named = {f"{phase}/blocks/{i}/dense/dot_general" for phase in ("forward", "backward") for i in range(2)}
    assert {"forward/blocks/1/dense/kernel", *named} <= set(nodes)


@pytest.mark.parametrize("jit", [lambda step: step, nnx.jit])
def test_a_training_step_that_changes_an_nnx_module_is_logged_whole(tmp_path: Path, jit: Any) -> None:
    model = Net(nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.yogi(0.1), wrt=nnx.Param)
    before = model.blocks[0].dense.kernel[...].copy()

    def step(model: Net, optimizer: Any, features: jax.Array) -> jax.Array:
        loss, grads = nnx.value_and_grad(lambda model: jnp.mean(model(features) ** 2))(model)
        optimizer.update(model, grads)
        return loss

    nodes = logged(tmp_path, jit(step), (model, optimizer, jnp.ones((2, 4))))

    assert {f"{phase}/blocks/0/dense/dot_general" for phase in ("forward", "backward")} <= set(nodes)
    assert [name for name in nodes if "step" in name] == ["update/step"]
    assert {"forward/blocks/0/dense/kernel", "update/blocks/0/dense/kernel/opt_state_mu"} <= set(nodes)
    assert (model.blocks[0].dense.kernel[...] == before).all()


def test_a_training_step_of_an_equinox_module_names_operations_as_its_weights(tmp_path: Path) -> None:
    model = equinox.nn.MLP(4, 3, 8, 1, key=jax.random.key(0))

    @equinox.filter_value_and_grad
    def loss(model: Any, features: jax.Array) -> jax.Array:
        return jnp.mean(jax.vmap(model)(features) ** 2)

    def step(model: Any, features: jax.Array) -> Any:
        value, grads = loss(model, features)
        return equinox.apply_updates(model, jax.tree.map(lambda grad: -0.1 * grad, grads)), value

    nodes = logged(tmp_path, step, (model, jnp.ones((2, 4))))

    assert {"forward/layers/0/weight", "forward/layers/0/dot_general", "forward/layers/1/dot_general"} <= set(nodes)


def test_a_keras_model_is_a_conceptual_graph_here_and_in_tensorboard(tmp_path: Path) -> None:
    inputs = keras.Input((4,), name="x")
    hidden = keras.layers.Dense(3, "relu", name="hidden")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(2, name="out")(hidden), name="net")

    with SummaryWriter(tmp_path) as writer:
        writer.add_graph(model)

    config = load(tmp_path).runs["."].blobs("graph_keras_model")["keras"][0]
    assert config == json.loads(model.to_json())
    plugin = open_in_tensorboard(tmp_path)
    assert plugin.info_impl(RequestContext(), "")["."]["tags"]["keras"]["conceptual_graph"]
    body, _ = plugin.graph_impl(RequestContext(), ".", "keras", True, "")
    theirs = text_format.Parse(body, TheirGraphDef())
    assert [node.name for node in theirs.node] == ["net/x", "net/hidden", "net/out"]


def test_tensorboard_draws_the_graph_of_a_step_as_it_was_written(tmp_path: Path) -> None:
    params = {"dense": {"kernel": jnp.ones((4, 3)), "bias": jnp.ones(3)}}

    nodes = logged(tmp_path, train_step, (params, params, jnp.ones((8, 4))), input_keywords={"rate": 0.1})

    body, mime = open_in_tensorboard(tmp_path).graph_impl(RequestContext(), ".", None, False, "", 1024, "_too_large")
    theirs = text_format.Parse(body, TheirGraphDef())
    assert mime == "text/x-protobuf"
    assert {node.name: list(node.input) for node in theirs.node} == {n: list(node.input) for n, node in nodes.items()}


def test_run_metadata_come_back_by_tag_here_and_in_tensorboard(tmp_path: Path) -> None:
    stats = NodeExecStats(node_name="a", all_start_micros=1, all_end_rel_micros=30)
    metadata = RunMetadata(step_stats=StepStats(dev_stats=[DeviceStepStats(device="/gpu:0", node_stats=[stats])]))

    with SummaryWriter(tmp_path) as writer:
        writer.add_graph(GraphDef(node=[NodeDef(name="a", op="Add")]))
        writer.add_run_metadata(metadata, "step_100", 100)
        writer.file_writer.add_run_metadata(metadata, "step_200", 200)

    found = load(tmp_path).runs["."].blobs("graph_tagged_run_metadata")
    assert {tag: (series.places.steps.tolist(), series[0]) for tag, series in found.items()} == {
        "step_100": ([100], metadata),
        "step_200": ([200], metadata),
    }
    body, _ = open_in_tensorboard(tmp_path).run_metadata_impl(RequestContext(), "", ".", "step_100")
    assert text_format.Parse(body, TheirRunMetadata()).SerializeToString() == metadata.SerializeToString()


def test_other_bytes_are_no_run_metadata(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(ValueError, match="blob must be a RunMetadata"):
        writer.add_run_metadata(b"\xff\xff", "step_1")


def test_a_jaxpr_that_cannot_be_read_is_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "CALLS", None)  # as another JAX might be: what is looked for is not there

    with caplog.at_level(logging.WARNING), SummaryWriter(tmp_path) as writer:
        writer.add_graph(jnp.tanh, jnp.ones(3))

    assert caplog.text.count("Could not convert the graph") == 1
    assert not load(tmp_path).runs["."].graphs


def test_an_error_of_the_function_itself_is_the_callers(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(TypeError, match="contracting dimensions"):
        writer.add_graph(lambda x: x @ jnp.ones((5, 5)), jnp.ones((2, 3)))


def test_every_kind_of_graph_in_a_logdir_is_read_in_one_way(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_graph(GraphDef(node=[NodeDef(name="a", op="Add")]))
        writer.add_graph(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)], name="net"))

    run = load(tmp_path).runs["."]
    from summaries.reader import read_blob

    names = {}
    for tag in run.tags:
        places = run.blobs(tag.kind)[tag.name].places if "graph" in tag.kind else None
        if places is not None:
            blob = read_blob(places.paths[0], int(places.offsets[0]), int(places.lengths[0]))
            names[tag.name] = read_graph(tag.kind, blob)[0].node[0].name
    assert names["__run_graph__"] == "a"
    assert names["keras"].startswith("net/")


def test_threads_that_trace_one_class_do_not_see_each_other_and_leave_it_as_it_was() -> None:
    own = Block.__call__, vars(nnx.Linear)["__call__"]
    models = [Net(nnx.Rngs(number)) for number in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    with ThreadPoolExecutor(len(models)) as pool:
        graphs = list(pool.map(lambda model: graph_of_module(model, (jnp.ones((2, 4)),), {})[0], models * 3))
    sys.setswitchinterval(interval)

    assert len({tuple(node.name for node in graph.node) for graph in graphs}) == 1
    assert (Block.__call__, vars(nnx.Linear)["__call__"]) == own
