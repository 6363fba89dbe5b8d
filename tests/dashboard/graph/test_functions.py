"""Calls of TensorFlow 2's functions: a scope with the nodes of the function, which flow into those around."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from dashboard.graph import build_hierarchy, drawing_answer, read_graph
from dashboard.graph.definition import Graph
from dashboard.graph.functions import MAX_NODES
from summaries.proto.graph_pb2 import FunctionDef, GraphDef, NodeDef, OpDef

Spec = tuple[str, str, Iterable[str]]


def node(name: str, op: str, inputs: Iterable[str] = (), **functions: str) -> NodeDef:
    made = NodeDef(name=name, op=op, input=inputs)
    for key, function in functions.items():
        made.attr[key].func.name = function
    return made


def function(name: str, takes: Iterable[str], gives: dict[str, str], *nodes: NodeDef) -> FunctionDef:
    signature = OpDef(
        name=name,
        input_arg=[OpDef.ArgDef(name=arg) for arg in takes],
        output_arg=[OpDef.ArgDef(name=arg) for arg in gives],
    )
    return FunctionDef(signature=signature, node_def=nodes, ret=gives)


def graph_of(nodes: Iterable[NodeDef], *functions: FunctionDef) -> GraphDef:
    graph = GraphDef(node=nodes)
    graph.library.function.extend(functions)
    return graph


def inputs_by_path(graph: Graph) -> dict[str, list[str]]:
    return {one.path: [f"{graph.nodes[at].path}:{port}" for at, port in one.inputs] for one in graph.nodes}


DOUBLE = function("double", ["v"], {"y": "sum:z:0"}, node("sum", "AddV2", ["v", "v"]))


def test_call_becomes_a_scope_with_the_nodes_of_the_function_between_its_inputs_and_readers() -> None:
    twice = function(
        "twice",
        ["v"],
        {"first": "a:output:0", "same": "v"},
        node("a", "PartitionedCall", ["v"], f="double"),
    )
    nodes = [
        node("x", "Placeholder"),
        node("net/call", "StatefulPartitionedCall", ["x"], f="twice"),
        node("out", "Sub", ["net/call", "net/call:1"]),
    ]

    graph = read_graph(graph_of(nodes, twice, DOUBLE))

    assert inputs_by_path(graph) == {"x": [], "net/call/a/sum": ["x:0", "x:0"], "out": ["net/call/a/sum:0", "x:0"]}
    assert graph.function_by_scope == {"net/call": "twice", "net/call/a": "double"}
    assert not graph.functions
    assert not graph.notes


def test_named_outputs_of_an_operation_are_its_outputs_in_order() -> None:
    best = function("best", ["v"], {"places": "top:indices:0"}, node("top", "TopKV2", ["v"]))
    parts = function("parts", ["v"], {"third": "cut:output:2"}, node("cut", "Split", ["v"]))
    nodes = [node("x", "Placeholder"), node("a", "best", ["x"]), node("b", "parts", ["a"]), node("c", "Neg", ["b"])]

    assert inputs_by_path(read_graph(graph_of(nodes, best, parts))) == {
        "x": [],
        "a/top": ["x:0"],
        "b/cut": ["a/top:1"],
        "c": ["b/cut:2"],
    }


def test_loop_has_a_body_that_is_known_as_one_without_the_name_of_the_loop_in_it() -> None:
    body = function("body", ["v"], {"y": "while/sum:z:0"}, node("while/sum", "AddV2", ["v", "v"]))
    test = function("test", ["v"], {"y": "while/less:z:0"}, node("while/less", "Less", ["v"]))
    nodes = [
        node("x", "Placeholder"),
        node("while", "StatelessWhile", ["x"], body="body", cond="test"),
        node("out", "Neg", ["while"]),
    ]

    hierarchy = build_hierarchy(read_graph(graph_of(nodes, body, test)))

    assert inputs_by_path(hierarchy.graph)["out"] == ["while/body/sum:0"]
    boxes = {box["id"]: box for box in drawing_answer(hierarchy, frozenset({"while"}))["boxes"]}
    assert boxes["while/body"]["turns"] == 0
    assert boxes["while/cond"]["turns"] is None


def test_branch_reads_what_each_of_its_functions_gives() -> None:
    other = function("other", ["v"], {"y": "neg:y:0"}, node("neg", "Neg", ["v"]))
    nodes = [
        node("c", "Placeholder"),
        node("x", "Placeholder"),
        node("if", "StatelessIf", ["c", "x"], then_branch="double", else_branch="other"),
        node("out", "Neg", ["if"]),
    ]

    inputs = inputs_by_path(read_graph(graph_of(nodes, other, DOUBLE)))

    assert inputs["if/then/sum"] == ["x:0", "x:0"]
    assert inputs["if/else/neg"] == ["x:0"]
    assert inputs["if"] == ["c:0", "if/else/neg:0", "if/then/sum:0"]
    assert inputs["out"] == ["if:0"]


def test_function_that_nobody_calls_is_a_graph_of_its_own_with_its_arguments_and_results() -> None:
    logged = graph_of([node("x", "Placeholder")], DOUBLE)

    assert read_graph(logged).functions == ("double",)
    graph = read_graph(logged, function="double")
    assert inputs_by_path(graph) == {
        "v (argument)": [],
        "sum": ["v (argument):0", "v (argument):0"],
        "y (result)": ["sum:0"],
    }
    assert graph.logged is logged
    with pytest.raises(KeyError, match="no function 'triple'"):
        read_graph(logged, function="triple")


def test_graph_of_nothing_but_functions_shows_those_that_no_other_calls() -> None:
    outer = function("outer", ["v"], {"y": "call:y:0"}, node("call", "double", ["v"]))
    paths = [one.path for one in read_graph(graph_of([], DOUBLE, outer)).nodes]
    assert paths == ["v (argument)", "call/sum", "y (result)"]


def test_function_that_calls_itself_ends_with_a_sentence() -> None:
    one = function("one", ["v"], {"y": "go:y:0"}, node("go", "two", ["v"]))
    two = function("two", ["v"], {"y": "back:y:0"}, node("back", "one", ["v"]))

    graph = read_graph(graph_of([node("x", "Placeholder"), node("start", "one", ["x"])], one, two))

    assert [one.path for one in graph.nodes] == ["x", "start/go/back"]
    assert graph.notes == ("1 call to functions that call themselves; they are not opened.",)


def test_calls_that_grow_without_end_stop_at_the_limit() -> None:
    """30 functions that each call the next one twice would be a billion nodes."""
    chain = [
        function(f"f{i}", ["v"], {"y": "b:y:0"}, node("a", f"f{i + 1}", ["v"]), node("b", f"f{i + 1}", ["a:y:0"]))
        for i in range(30)
    ]
    last = function("f30", ["v"], {"y": "sum:z:0"}, node("sum", "AddV2", ["v", "v"]))

    graph = read_graph(graph_of([node("x", "Placeholder"), node("start", "f0", ["x"])], *chain, last))

    assert MAX_NODES / 4 < len(graph.nodes) <= MAX_NODES
    assert "graphs of their own" in graph.notes[0]
    assert "f30" in graph.functions
