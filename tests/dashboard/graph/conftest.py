"""GraphDefs as our own writer and others write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from dashboard.graph import Hierarchy, build_hierarchy, read_graph
from summaries.proto.graph_pb2 import AttrValue, GraphDef, NodeDef
from summaries.proto.tensor_pb2 import TensorShapeProto

NodeSpec = tuple[str, str, Iterable[str]]


def shape_of(sizes: Iterable[int]) -> AttrValue:
    return AttrValue(shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes]))


class Traced:
    """A GraphDef with the attributes of a traced JAX function."""

    def __init__(self) -> None:
        self.definition = GraphDef()

    def add(
        self,
        name: str,
        op: str,
        inputs: Iterable[str] = (),
        shape: Iterable[int] = (),
        dtype: str = "float32",
        **figures: int,
    ) -> str:
        node = self.definition.node.add(name=name, op=op, input=inputs)
        node.attr["_jax_shape"].CopyFrom(shape_of(shape))
        node.attr["_jax_dtype"].s = dtype.encode()
        node.attr["_jax_source"].s = b"model.py:7"
        for key, value in figures.items():
            node.attr[f"_jax_{key}"].i = value
        return name

    def dense(self, path: str, x: str, size: tuple[int, int, int], activation: str = "") -> str:
        batch, before, after = size
        self.add(f"{path}/bias", "Placeholder", shape=(after,), params=after)
        self.add(f"{path}/kernel", "Placeholder", shape=(before, after), params=before * after)
        flops = 2 * batch * before * after
        self.add(f"{path}/dot_general", "dot_general", [x, f"{path}/kernel"], (batch, after), flops=flops)
        self.add(f"{path}/broadcast_in_dim", "broadcast_in_dim", [f"{path}/bias"], (batch, after))
        sums = [f"{path}/dot_general", f"{path}/broadcast_in_dim"]
        x = self.add(f"{path}/add", "add", sums, (batch, after), flops=batch * after)
        if activation:
            saved = batch * after * 4
            x = self.add(f"{path}/{activation}", "max", [x], (batch, after), flops=batch * after, saved_bytes=saved)
        return x

    def hierarchy(self) -> Hierarchy:
        return build_hierarchy(read_graph(self.definition))


@pytest.fixture
def iris() -> Hierarchy:
    """A classifier of 4 dense layers with its loss, accuracy, backward pass and update."""
    graph = Traced()
    x = graph.add("forward/features", "Placeholder", shape=(16, 4))
    labels = graph.add("forward/labels", "Placeholder", shape=(16,), dtype="int32")
    graph.add("forward/seed", "Placeholder", dtype="uint32")
    sizes = [4, 10, 20, 10, 3]
    for i, (before, after) in enumerate(zip(sizes, sizes[1:], strict=False)):
        x = graph.dense(f"forward/dense_{i}", x, (16, before, after), "relu" if i < 3 else "")
    graph.add("forward/loss/exp", "exp", [x], (16, 3), flops=48, saved_bytes=192)
    graph.add("forward/loss/gather", "gather", ["forward/loss/exp", labels], (16,))
    graph.add("forward/loss/mean", "reduce_sum", ["forward/loss/gather"], flops=16)
    graph.add("forward/accuracy/eq", "eq", [x, labels], (16,), dtype="bool")
    graph.add("forward/accuracy/mean", "reduce_sum", ["forward/accuracy/eq"])
    graph.add("backward/dense_3/dot_general", "dot_general", ["forward/loss/mean", x], (10, 3))
    graph.add("update/dense_3/kernel", "add", ["backward/dense_3/dot_general"], (10, 3))
    return graph.hierarchy()


@pytest.fixture
def block() -> Hierarchy:
    """Two residual blocks: x + attn(ln(x)) with three projections, x + mlp(ln(x))."""
    graph = Traced()
    shape = (8, 64)
    x = graph.add("forward/tokens", "Placeholder", shape=shape)
    for i in range(2):
        path = f"forward/h/{i}"
        normed = graph.add(f"{path}/ln_1/rsqrt", "rsqrt", [x], shape)
        graph.dense(f"{path}/attn/qkv", normed, (8, 64, 192))
        for name in ("q", "k", "v"):
            graph.add(f"{path}/attn/{name}", "split", [f"{path}/attn/qkv/add"], shape)
        scores = [f"{path}/attn/q", f"{path}/attn/k"]
        graph.add(f"{path}/attn/scores", "dot_general", scores, (8, 8))
        graph.add(f"{path}/attn/softmax", "softmax", [f"{path}/attn/scores"], (8, 8))
        graph.add(f"{path}/attn/mix", "dot_general", [f"{path}/attn/softmax", f"{path}/attn/v"], shape)
        x = graph.add(f"{path}/add", "add", [x, f"{path}/attn/mix"], shape)
        hidden = graph.dense(f"{path}/mlp", x, (8, 64, 64), "gelu")
        x = graph.add(f"{path}/add_1", "add", [x, hidden], shape)
    graph.add("forward/loss/mean", "reduce_sum", [x])
    graph.add("backward/x", "mul", ["forward/loss/mean"])
    return graph.hierarchy()


@pytest.fixture
def make_hierarchy() -> Callable[..., Hierarchy]:
    """Makes a hierarchy of plain (name, op, inputs) nodes, as of a graph that nobody traced."""

    def make(*nodes: NodeSpec) -> Hierarchy:
        protos = [NodeDef(name=name, op=op, input=inputs) for name, op, inputs in nodes]
        return build_hierarchy(read_graph(GraphDef(node=protos)))

    return make
