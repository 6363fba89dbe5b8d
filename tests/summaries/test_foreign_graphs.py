"""Graphs of other writers: as far as they can be read, and as TensorBoard reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.plugins.graph import graph_util
from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def

from summaries.kinds.graph_kinds import GRAPH_KINDS, read_graph
from summaries.kinds.graphs import read_graph_def
from summaries.kinds.keras_graphs import graph_of_keras_model
from summaries.kinds.keras_models import KERAS_MODELS
from summaries.kinds.run_metadata import TRACED_GRAPH, graph_of_run_metadata
from summaries.load import load
from summaries.proto.graph_pb2 import AttrValue, FunctionDef, GraphDef, NodeDef, OpDef
from summaries.proto.run_metadata_pb2 import RunMetadata

FIXTURES = Path(__file__).parents[1] / "fixtures"


def make_graph(num_nodes: int) -> GraphDef:
    nodes = [
        NodeDef(name=f"scope/op_{i}", op="Add", input=[f"scope/op_{i - 1}"] if i else []) for i in range(num_nodes)
    ]
    return GraphDef(node=nodes)


def test_a_graph_that_is_cut_off_keeps_the_nodes_before_the_cut():
    graph = make_graph(10)
    blob = graph.SerializeToString()

    found, notes = read_graph_def(blob[:-3])

    assert list(found.node) == list(graph.node)[:9]
    sentence = "The graph is damaged from byte 267 of 295; 9 nodes before it are shown, those behind it are missing."
    assert notes == (sentence,)


def test_a_damaged_node_is_left_out_alone():
    graph = make_graph(3)
    blob = graph.SerializeToString().replace(b"scope/op_1\x12\x03Add", b"scope/op_1\x12\x63Add")

    found, notes = read_graph_def(blob)

    assert [node.name for node in found.node] == ["scope/op_0", "scope/op_2"]
    assert notes == ("1 node could not be read and is left out.",)


def test_functions_of_a_damaged_graph_are_kept():
    graph = make_graph(2)
    graph.library.function.append(FunctionDef(signature=OpDef(name="f"), node_def=[NodeDef(name="a")]))

    found, notes = read_graph_def(graph.SerializeToString() + b"\x0a\x05no")

    assert found == graph
    assert len(notes) == 1


def test_other_bytes_are_no_graph():
    with pytest.raises(ValueError, match=r"must be a GraphDef; got others\."):
        read_graph_def(b"\xff\xff\xff")


@given(st.data())
def test_any_cut_of_a_graph_gives_its_first_nodes_or_a_refusal(data: st.DataObject):
    names = data.draw(st.lists(st.text(max_size=5), min_size=1, max_size=6))
    graph = GraphDef(node=[NodeDef(name=name, op="Op", attr={"k": AttrValue(i=len(name))}) for name in names])
    blob = graph.SerializeToString()
    cut = data.draw(st.integers(0, len(blob)))

    try:
        found, _ = read_graph_def(blob[:cut])
    except ValueError:
        return

    assert list(found.node) == list(graph.node)[: len(found.node)]


@given(st.binary(max_size=80))
def test_random_bytes_give_a_graph_or_a_refusal(blob: bytes):
    for kind in GRAPH_KINDS:
        try:
            graph, _ = read_graph(kind, blob)
        except ValueError:
            continue
        assert isinstance(graph, GraphDef)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match=r"kind must be one of 'graphs', .*; got 'scalars'\."):
        read_graph("scalars", b"")


def test_graphs_of_functions_are_put_together_as_tensorboard_does():
    first, second = make_graph(2), make_graph(1)
    first.versions.producer = second.versions.producer = 22
    first.node.append(NodeDef(name="call", op="PartitionedCall", input=["scope/op_1"], attr={"f": AttrValue()}))
    first.node[-1].attr["f"].func.name = "inner"
    first.library.function.append(FunctionDef(signature=OpDef(name="inner")))
    metadata = RunMetadata(
        function_graphs=[RunMetadata.FunctionGraphs(pre_optimization_graph=graph) for graph in (first, second)]
    )

    theirs = graph_util.merge_graph_defs(_to_theirs(first, second))

    assert graph_of_run_metadata(metadata) == GraphDef.FromString(theirs.SerializeToString())
    assert read_graph(TRACED_GRAPH.name, TRACED_GRAPH.encode("t", metadata))[0] == graph_of_run_metadata(metadata)


def _to_theirs(*graphs: GraphDef) -> list[Any]:
    from tensorboard.compat.proto.graph_pb2 import GraphDef as TheirGraphDef

    return [TheirGraphDef.FromString(graph.SerializeToString()) for graph in graphs]


def sequential(*layers: Any, name: str = "model") -> dict[str, Any]:
    return {"class_name": "Sequential", "config": {"name": name, "layers": list(layers)}}


def dense(name: str, *inputs: str) -> dict[str, Any]:
    tensors = [{"class_name": "__keras_tensor__", "config": {"keras_history": [one, 0, 0]}} for one in inputs]
    layer = {"class_name": "Dense", "config": {"name": name, "dtype": "float32", "units": 3}}
    return {**layer, "inbound_nodes": [{"args": [tensors], "kwargs": {}}]} if inputs else layer


def edges(graph: Any) -> dict[str, set[str]]:
    return {node.name: set(node.input) for node in graph.node}


def test_a_sequential_model_is_a_chain():
    model = sequential(dense("a"), sequential(dense("b"), dense("c"), name="inner"), dense("d"))

    graph = graph_of_keras_model(model)

    assert edges(graph) == {
        "model/a": set(),
        "model/inner/b": {"model/a"},
        "model/inner/c": {"model/inner/b"},
        "model/d": {"model/inner/c"},
    }
    assert (graph.node[0].op, graph.node[0].attr["units"].i) == ("Dense", 3)


def test_a_sequential_model_of_keras_1_is_a_chain():
    graph = graph_of_keras_model({"class_name": "Sequential", "config": [dense("a"), dense("b")]})

    assert edges(graph) == {"Sequential/a": set(), "Sequential/b": {"Sequential/a"}}


def test_keras_models_of_the_corpus_have_the_edges_that_tensorboard_gives_them():
    models = [model for folder in ("keras", "tf2") for model in _find_models(FIXTURES / folder)]

    assert models
    for model in models:
        assert edges(graph_of_keras_model(model)) == edges(keras_model_to_graph_def(model))


def test_graph_of_a_function_that_tensorflow_2_traced_is_read():
    series = load(FIXTURES / "tf2").runs["graphs"].blobs(TRACED_GRAPH.name)["double"]

    graph, notes = read_graph(TRACED_GRAPH.name, TRACED_GRAPH.encode("double", series[0]))

    assert notes == ()
    assert {"Placeholder", "Identity"} & {node.op for node in graph.node}


def test_meta_graph_and_step_statistics_of_tensorflow_1_are_read():
    run = load(FIXTURES / "tf1").runs["."]

    assert run.graphs["__meta_graph__"][0].node
    assert run.blobs("graph_tagged_run_metadata")["step2"][0].step_stats.dev_stats


def _find_models(folder: Path) -> list[Any]:
    runs = load(folder).runs.values() if folder.exists() else []
    return [values[0] for run in runs for values in run.blobs(KERAS_MODELS.name).values()]


def test_inbound_nodes_of_keras_2_are_read():
    layers = [
        {
            "name": "x",
            "class_name": "InputLayer",
            "config": {"name": "x", "batch_input_shape": [None, 4]},
            "inbound_nodes": [],
        },
        {"name": "h", "class_name": "Dense", "config": {"name": "h"}, "inbound_nodes": [[["x", 0, 0, {}]]]},
        {
            "name": "y",
            "class_name": "Add",
            "config": {"name": "y"},
            "inbound_nodes": [[["x", 0, 0, {}], ["h", 0, 0, {}]]],
        },
    ]
    config = {"name": "m", "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [["y", 0, 0]]}

    graph = graph_of_keras_model({"class_name": "Functional", "config": config})

    assert edges(graph) == {"m/x": set(), "m/h": {"m/x"}, "m/y": {"m/x", "m/h"}}
    assert [dim.size for dim in graph.node[0].attr["_output_shapes"].list.shape[0].dim] == [-1, 4]


@pytest.mark.parametrize(
    "model", [{"config": 3}, {"config": {"layers": [1]}}, {"config": {"layers": [{"config": {}}, 2]}}]
)
def test_other_json_is_refused(model: Any):
    with pytest.raises(ValueError, match="model must be the architecture of a Keras model; got other JSON"):
        graph_of_keras_model(model)
