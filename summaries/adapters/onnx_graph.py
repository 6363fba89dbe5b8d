"""The graph in an ONNX file."""

from __future__ import annotations

from os import PathLike, fspath
from typing import Any

from summaries.proto.graph_pb2 import AttrValue, GraphDef, NodeDef, VersionDef
from summaries.proto.tensor_pb2 import TensorShapeProto

_PRODUCER = 22


def load_onnx_graph(path: str | PathLike[str]) -> GraphDef:
    """The graph of a model, a node for each input, output and operation; named by what it puts out.

    Raises:
        ImportError: If onnx is not installed.
        OSError: If the file cannot be read.
    """
    try:
        import onnx
    except ImportError as error:
        raise ImportError("An ONNX graph needs the library onnx. Install it: pip install onnx") from error
    graph = onnx.load(fspath(path)).graph
    ends = [_make_end(node) for node in (*graph.input, *graph.output)]
    return GraphDef(node=ends + [_make_node(node) for node in graph.node], versions=VersionDef(producer=_PRODUCER))


def _make_end(end: Any) -> NodeDef:
    tensor = end.type.tensor_type
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=dim.dim_value) for dim in tensor.shape.dim])
    attributes = {"dtype": AttrValue(type=tensor.elem_type), "shape": AttrValue(shape=shape)}
    return NodeDef(name=end.name, op="Variable", attr=attributes)


def _make_node(node: Any) -> NodeDef:
    texts = (" = ".join(str(value) for _, value in attribute.ListFields()) for attribute in node.attribute)
    parameters = AttrValue(s=", ".join(texts).encode())
    return NodeDef(name=node.output[0], op=node.op_type, input=node.input, attr={"parameters": parameters})
