"""Run metadata: time and memory of one execution of a graph, and the graphs of functions that were executed.

| kind | where it stands | what it holds |
|---|---|---|
| `graph_tagged_run_metadata` | `Event.tagged_run_metadata`, as TF1's and torch's writers have it | step statistics |
| `graph_run_metadata` | a summary of TF2's `tf.summary.trace_export` | graphs of functions and step statistics |
| `graph_run_metadata_graph` | a summary of TF2's `tf.summary.graph` and `trace_export` | graphs of functions |
"""

from __future__ import annotations

from google.protobuf.message import DecodeError

from summaries.kinds.contract import Kind
from summaries.kinds.serialized import decode_bytes, encode_bytes, make_version_metadata
from summaries.proto.graph_pb2 import GraphDef, NodeDef
from summaries.proto.run_metadata_pb2 import RunMetadata

_CALLS = ("PartitionedCall", "StatefulPartitionedCall")


def encode_run_metadata(_tag: str, metadata: RunMetadata) -> bytes:
    """A serialised `RunMetadata`."""
    return metadata.SerializeToString()


def decode_run_metadata(blob: bytes) -> RunMetadata:
    """The run metadata in a serialised `RunMetadata`.

    Raises:
        ValueError: If the bytes are none.
    """
    try:
        return RunMetadata.FromString(blob)
    except DecodeError as error:
        raise ValueError("blob must be a RunMetadata; got other bytes.") from error


def encode_run_metadata_value(tag: str, metadata: RunMetadata) -> bytes:
    """A `Summary.Value` with a serialised `RunMetadata`."""
    return encode_bytes(tag, metadata.SerializeToString())


def decode_run_metadata_value(blob: bytes) -> RunMetadata:
    """The run metadata in a `Summary.Value`.

    Raises:
        ValueError: If there are none.
    """
    return decode_run_metadata(decode_bytes(blob))


def graph_of_run_metadata(metadata: RunMetadata) -> GraphDef:
    """The graphs of all functions in one, as TensorBoard puts them together.

    One graph is given as it is. Several get `graph_1/`, `graph_2/` and so on before the names of their nodes, and
    `graph_1_` before those of their functions. Where no function was traced, the graphs of the devices stand in.
    """
    graphs = [one.pre_optimization_graph for one in metadata.function_graphs] or list(metadata.partition_graphs)
    if len(graphs) == 1:
        return graphs[0]
    merged = GraphDef()
    for number, graph in enumerate(graphs, start=1):
        merged.versions.MergeFrom(graph.versions)
        _add_with_prefix(merged, graph, f"graph_{number}")
    return merged


def _add_with_prefix(merged: GraphDef, graph: GraphDef, prefix: str) -> None:
    for node in graph.node:
        merged.node.append(_with_prefix(node, prefix))
    for function in graph.library.function:
        added = merged.library.function.add()
        added.CopyFrom(function)
        added.signature.name = f"{prefix}_{function.signature.name}"
    for gradient in graph.library.gradient:
        merged.library.gradient.add(
            function_name=f"{prefix}_{gradient.function_name}", gradient_func=f"{prefix}_{gradient.gradient_func}"
        )


def _with_prefix(node: NodeDef, prefix: str) -> NodeDef:
    copy = NodeDef()
    copy.CopyFrom(node)
    copy.name = f"{prefix}/{node.name}"
    copy.input[:] = [f"^{prefix}/{name[1:]}" if name.startswith("^") else f"{prefix}/{name}" for name in node.input]
    if node.op in _CALLS and "f" in node.attr:
        copy.attr["f"].func.name = f"{prefix}_{node.attr['f'].func.name}"
    return copy


RUN_METADATA = Kind(
    name="graph_tagged_run_metadata", encode=encode_run_metadata, decode=decode_run_metadata, is_run_metadata=True
)
TRACE = Kind(
    name="graph_run_metadata",
    encode=encode_run_metadata_value,
    decode=decode_run_metadata_value,
    metadata=make_version_metadata("graph_run_metadata"),
)
TRACED_GRAPH = Kind(
    name="graph_run_metadata_graph",
    encode=encode_run_metadata_value,
    decode=decode_run_metadata_value,
    metadata=make_version_metadata("graph_run_metadata_graph"),
)
