"""Large GraphDefs of random operations in scopes, as of a program that nobody traced; the same each time."""

from __future__ import annotations

import random

from summaries.proto.graph_pb2 import GraphDef

_OPS = ("MatMul", "AddV2", "Relu", "Mul", "Reshape", "Softmax", "Conv2D", "Tanh")
_FLOAT = 1  # DT_FLOAT
_NUM_STAGES, _NUM_BLOCKS, _NUM_LAYERS = 10, 12, 8


def make_graph(num_nodes: int, seed: int = 1) -> GraphDef:
    """A graph of stages of blocks of layers of operations, each of which reads two before it, mostly near ones.

    Args:
        num_nodes: Operations.
        seed: Of the random choices.
    """
    choices = random.Random(seed)
    graph = GraphDef()
    names: list[str] = []
    for index in range(num_nodes):
        place = index * _NUM_STAGES * _NUM_BLOCKS * _NUM_LAYERS // num_nodes
        stage, block = place // (_NUM_BLOCKS * _NUM_LAYERS), place // _NUM_LAYERS % _NUM_BLOCKS
        name = f"net/stage_{stage}/block_{block}/layer_{place % _NUM_LAYERS}/op_{index}"
        node = graph.node.add(name=name, op=choices.choice(_OPS) if index else "Placeholder")
        if index:
            back = (int(choices.expovariate(0.2)) for _ in range(2))
            node.input.extend(names[max(0, index - 1 - far)] for far in back)
        node.attr["T"].type = _FLOAT
        shape = node.attr["_output_shapes"].list.shape.add()
        for size in (32, choices.choice((64, 128, 256))):
            shape.dim.add(size=size)
        names.append(name)
    return graph
