from __future__ import annotations

from dashboard.graph import read_graph
from summaries.proto.graph_pb2 import AttrValue, GraphDef, NodeDef
from summaries.proto.tensor_pb2 import TensorShapeProto


def graph_of(*nodes: tuple[str, str, list[str]]) -> GraphDef:
    return GraphDef(node=[NodeDef(name=name, op=op, input=inputs) for name, op, inputs in nodes])


def test_inputs_name_a_node_an_output_or_a_control_dependency() -> None:
    graph = read_graph(graph_of(("a", "Split", []), ("b", "Add", ["a", "a:1", "^c"]), ("c", "NoOp", [])))

    assert graph.nodes[1].inputs == ((0, 0), (0, 1))
    assert graph.nodes[1].controls == (2,)


def test_inputs_that_name_no_node_are_left_out_with_a_note() -> None:
    graph = read_graph(graph_of(("a", "Add", ["gone", "also/gone:1"])))

    assert graph.nodes[0].inputs == ()
    assert graph.notes == ("2 inputs name nodes that are not in the graph; they are left out.",)


def test_input_that_names_no_node_is_left_out_with_a_note() -> None:
    graph = read_graph(graph_of(("a", "Neg", ["gone"])))

    assert graph.notes == ("1 input names a node that is not in the graph; it is left out.",)


def test_nodes_of_one_name_are_numbered_with_a_note() -> None:
    graph = read_graph(graph_of(("a", "X", []), ("a", "Y", []), ("b", "Z", ["a"])))

    assert [node.path for node in graph.nodes] == ["a", "a (2)", "b"]
    assert graph.nodes[2].inputs == ((0, 0),)
    assert len(graph.notes) == 1


def test_many_nodes_of_one_name_take_no_longer_than_others() -> None:
    graph = read_graph(graph_of(*[("same", "X", [])] * 20_000))

    assert graph.nodes[-1].path == "same (20000)"


def test_names_with_empty_parts_and_endless_depth_are_readable() -> None:
    graph = read_graph(graph_of(("//a//b/", "X", []), ("", "Y", []), ("/".join("x" * 500), "Z", [])))

    assert graph.nodes[0].path == "a/b"
    assert graph.nodes[1].path == "(no name)"
    assert graph.nodes[2].path.count("/") == 63


def test_forward_part_of_a_training_step_stands_alone() -> None:
    definition = graph_of(
        ("forward/x", "Placeholder", []),
        ("forward/seed", "Placeholder", []),
        ("constant", "Const", []),
        ("forward/net/mul", "mul", ["forward/x", "constant"]),
        ("backward/net/mul", "mul", ["forward/net/mul", "forward/seed"]),
        ("update/w", "sub", ["backward/net/mul"]),
    )
    definition.node[0].attr["_jax_shape"].shape.CopyFrom(TensorShapeProto())

    assert [node.path for node in read_graph(definition).nodes] == ["x", "constant", "net/mul"]


def test_traced_forward_pass_alone_needs_no_scope_around_all() -> None:
    definition = graph_of(("forward/x", "Placeholder", []), ("forward/net/mul", "mul", ["forward/x"]))
    for node in definition.node:
        node.attr["_jax_dtype"].s = b"float32"
        node.attr["_jax_shape"].shape.CopyFrom(TensorShapeProto())

    assert [node.path for node in read_graph(definition).nodes] == ["x", "net/mul"]


def test_any_other_graph_is_shown_whole() -> None:
    graph = read_graph(graph_of(("forward/x", "Placeholder", []), ("net/mul", "mul", ["forward/x"])))

    assert [node.path for node in graph.nodes] == ["forward/x", "net/mul"]


def test_a_graph_of_another_library_with_a_scope_forward_is_shown_whole() -> None:
    names = ("forward/dense", "backward/dense", "update/dense")

    graph = read_graph(GraphDef(node=[NodeDef(name=name, op="MatMul") for name in names]))

    assert [node.path for node in graph.nodes] == list(names)


def test_figures_that_are_no_numbers_count_nothing() -> None:
    definition = GraphDef(node=[NodeDef(name="x", op="MatMul")])
    definition.node[0].attr["_jax_flops"].f = float("inf")

    assert read_graph(definition).nodes[0].flops == 0


def test_figures_of_a_traced_node_are_read() -> None:
    definition = graph_of(("net/dot", "dot_general", []))
    attributes = definition.node[0].attr
    attributes["_jax_shape"].shape.CopyFrom(TensorShapeProto(dim=[TensorShapeProto.Dim(size=16)]))
    attributes["_jax_dtype"].s = b"bfloat16"
    attributes["_jax_flops"].i = 320
    attributes["_jax_saved_bytes"].i = 32
    attributes["_jax_source"].s = b"model.py:12"

    node = read_graph(definition).nodes[0]

    assert [tensor.text for tensor in node.outputs] == ["bf16[16]"]
    assert (node.flops, node.saved_bytes, node.source) == (320, 32, "model.py:12")


def test_shapes_of_tensorflow_and_torch_are_read() -> None:
    definition = graph_of(("a", "Placeholder", []), ("b", "Relu", []), ("c", "Variable", []))
    definition.node[0].attr["dtype"].type = 3
    definition.node[0].attr["shape"].shape.dim.add(size=-1)
    definition.node[1].attr["_output_shapes"].list.shape.add(unknown_rank=True)
    definition.node[2].attr["shape"].shape.dim.add(size=12)
    definition.node[2].attr["dtype"].type = 1

    nodes = read_graph(definition).nodes

    assert [node.outputs[0].text for node in nodes] == ["i32[?]", "", "f32[12]"]
    assert [node.outputs[0].num_bytes for node in nodes] == [0, 0, 48]
    assert nodes[2].params == 12


def test_a_variable_of_tensorflow_has_the_size_of_what_it_holds_and_those_of_its_optimizer_are_no_parameters() -> None:
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=4), TensorShapeProto.Dim(size=3)])
    names = ["dense/kernel", "dense/kernel/Adam", "dense/kernel/Adam_1"]
    handle = AttrValue(list=AttrValue.ListValue(shape=[TensorShapeProto()]))
    attributes = {"shape": AttrValue(shape=shape), "_output_shapes": handle, "dtype": AttrValue(type=1)}

    graph = read_graph(GraphDef(node=[NodeDef(name=name, op="VarHandleOp", attr=attributes) for name in names]))

    assert [node.params for node in graph.nodes] == [12, 0, 0]
    assert graph.nodes[0].outputs[0].text == "f32[4,3]"


def test_a_graph_without_nodes_says_so() -> None:
    assert read_graph(GraphDef()).notes == ("This graph has no nodes.",)


def test_a_node_that_reads_itself_is_told_of() -> None:
    nodes = [NodeDef(name="x", op="Placeholder"), NodeDef(name="sum", op="Add", input=["x", "sum"])]

    assert read_graph(GraphDef(node=nodes)).notes == ("1 node reads itself; that edge is left out.",)
