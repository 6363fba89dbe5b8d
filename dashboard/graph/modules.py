"""What a scope is, in words: ``Dense``, ``4 → 10 · relu``; guessed from its operations and its parameters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard.graph.definition import Node
from dashboard.graph.families import (
    CONSTANT_OPS,
    INPUT_OPS,
    OUTPUT_OPS,
    PARAMETER_OPS,
    find_family,
    plain_op,
)
from dashboard.graph.hierarchy import Hierarchy, Item

MAX_NODES = 400
MAX_NAMED = 4

_ACTIVATIONS = {
    "relu": "relu",
    "relu6": "relu6",
    "gelu": "gelu",
    "silu": "silu",
    "swish": "silu",
    "elu": "elu",
    "leakyrelu": "leaky_relu",
    "tanh": "tanh",
    "logistic": "sigmoid",
    "sigmoid": "sigmoid",
    "softplus": "softplus",
    "softmax": "softmax",
}
_LINEAR = re.compile(r"^(dotgeneral|matmul|batchmatmul|dot|linear|addmm|mm|dense)")
_CONV = re.compile(r"^(conv(?!ert)|convolution|depthwiseconv)")
_LOOKUP = re.compile(r"^(gather|take|embedding|resourcegather)")
_RANDOM = re.compile(r"random|threefry|bernoulli|dropout|rng")
_MADE_START = re.compile(r"^(graph_\d+_)?(__(inference|forward|backward)_)?")
_MADE_NAME = re.compile(r"_\d+$")
_TORCH_SCOPE = re.compile(r"^(?P<op>\w+)\[(?P<name>.+)\]$")


@dataclass(frozen=True, slots=True)
class Description:
    """What the second line of a box says, and what colours it.

    Attributes:
        op: Kind of layer, or empty.
        detail: Sizes and activation, or what it holds.
        family: Key of `FAMILY_NAMES`.
        is_parameter: Whether it is a trained value.
    """

    op: str
    detail: str
    family: str
    is_parameter: bool = False


def display_name(hierarchy: Hierarchy, index: int) -> str:
    """The name to write on a box: torch's ``Linear[fc1]`` is ``fc1``, and its numbered ops are named by the op."""
    item = hierarchy.items[index]
    node = hierarchy.node(item)
    if node is not None and "::" in node.op and not is_parameter(node):
        return node.op.rpartition("::")[2].strip("_")
    return plain_name(item.name)


def plain_name(name: str) -> str:
    """The name of a scope without the class that torch writes before it.

    >>> plain_name("Linear[fc1]"), plain_name("fc1")
    ('fc1', 'fc1')
    """
    match = _TORCH_SCOPE.match(name)
    return match["name"] if match else name


def describe(hierarchy: Hierarchy, index: int) -> Description:
    """Says what an item is. Looks at no more than `MAX_NODES` nodes."""
    item = hierarchy.items[index]
    if index in hierarchy.stacks:
        return _describe_stack(hierarchy, index)
    if index in hierarchy.series:
        return _describe_series(hierarchy, index)
    node = hierarchy.node(item)
    if node is not None:
        return _describe_node(node)
    function = hierarchy.graph.function_by_scope.get(item.id, "")
    description = _describe_inside(hierarchy, index)
    return replace(description, op=_called_function(function)) if function and not description.op else description


def _describe_inside(hierarchy: Hierarchy, index: int) -> Description:
    item = hierarchy.items[index]
    if item.num_nodes > MAX_NODES or any(_is_module(hierarchy, child) for child in item.children):
        return _describe_scope(hierarchy, item)
    return _describe_layer(hierarchy, item, [hierarchy.graph.nodes[i] for i in hierarchy.nodes_below(index)])


def _describe_stack(hierarchy: Hierarchy, index: int) -> Description:
    """What each of its blocks is."""
    each = describe(hierarchy, hierarchy.stacks[index][0])
    return replace(each, family="attn") if each.family in ("other", "math") else each


def _describe_series(hierarchy: Hierarchy, index: int) -> Description:
    """What its members are, with the shape that all of them give."""
    nodes = [hierarchy.graph.nodes[member] for member in hierarchy.nodes_below(index)]
    labels = {node.outputs[0].label if node.outputs else "" for node in nodes}
    detail = labels.pop() if len(labels) == 1 else ""
    return replace(_describe_node(nodes[0]), detail=detail or _count_ops(hierarchy.items[index]))


def is_weighted(op: str) -> bool:
    """Whether an operation is a product with weights: that of a dense layer, or a convolution."""
    plain = plain_op(op)
    return bool(_LINEAR.search(plain) or _CONV.search(plain))


def is_parameter(node: Node) -> bool:
    """Whether a node is a trained value that others read."""
    return not node.inputs and (node.params > 0 or plain_op(node.op) in PARAMETER_OPS)


def _is_module(hierarchy: Hierarchy, index: int) -> bool:
    """Whether an item is a scope of a layer; one without parameters is a function that its module calls."""
    item = hierarchy.items[index]
    return not _is_leaf(hierarchy, index) and (item.params > 0 or _scope_op(item) != "")


def _is_leaf(hierarchy: Hierarchy, index: int) -> bool:
    return hierarchy.items[index].node >= 0


def _describe_node(node: Node) -> Description:
    if is_parameter(node):
        return Description(node.op, node.outputs[0].label if node.outputs else "", "io", is_parameter=True)
    if plain_op(node.op) in INPUT_OPS | OUTPUT_OPS | CONSTANT_OPS:
        return Description(node.op, node.outputs[0].label if node.outputs else "", "io")
    return Description(node.op, "", find_family(node.op, node.path))


def _describe_scope(hierarchy: Hierarchy, item: Item) -> Description:
    op = _scope_op(item)
    names = [display_name(hierarchy, child) for child in item.children if not _is_leaf(hierarchy, child)]
    if len(names) > 1 and all(name.isdecimal() for name in names):
        return Description(op, f"{len(names):,} blocks", "attn")
    family = find_family(op, item.name) if op else find_family(item.name)
    if family == "math":
        family = "attn" if names and re.search(r"\d+$", item.name) else "other"
    if len(names) > MAX_NAMED or not names:
        return Description(op, _count_ops(item), family)
    return Description(op, " · ".join(names), family)


def _count_ops(item: Item) -> str:
    return "1 op" if item.num_nodes == 1 else f"{item.num_nodes:,} ops"


def _scope_op(item: Item) -> str:
    match = _TORCH_SCOPE.match(item.name)
    return match["op"] if match else ""


def _called_function(name: str) -> str:
    """What the program calls a function of TensorFlow's library.

    >>> _called_function("__inference_train_step_1234")
    'train_step'
    """
    return _MADE_NAME.sub("", _MADE_START.sub("", name)) or name


def _describe_layer(hierarchy: Hierarchy, item: Item, nodes: list[Node]) -> Description:
    plains = [plain_op(node.op) for node in nodes]
    weights = [node for node in nodes if is_parameter(node) and node.outputs and node.outputs[0].shape]
    widest = max((node.outputs[0].shape or () for node in weights), key=len, default=())
    activation = _activation(nodes, plains)
    found = _known_layer(item, plains, _inputs_first(hierarchy.graph.nodes, nodes, widest))
    named = _scope_op(item)
    if found is None:
        family = find_family(named or item.name, *(node.op for node in nodes[-1:] if item.params))
        main = [node.op for node in nodes if not is_parameter(node) and node.inputs]
        detail = _count_ops(item) if len(set(main)) != 1 else "" if named else main[0]
        return Description(named, detail, family)
    op, detail, family = found
    parts = [detail, activation if family == "linear" else ""]
    return Description(named or op, " · ".join(part for part in parts if part), family)


def _inputs_first(graph: Sequence[Node], nodes: list[Node], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a layer's weight as (*window, inputs, outputs); Equinox keeps it as (outputs, inputs, *window)."""
    if any(_has_outputs_first(graph, node, shape) for node in nodes):
        return (*shape[2:], shape[1], shape[0])
    return shape


def _has_outputs_first(graph: Sequence[Node], node: Node, shape: tuple[int, ...]) -> bool:
    """Whether an operation reads a weight of this shape that way.

    It multiplies the weight from the left, or is a convolution that gives as many channels, right after the batch.
    """
    plain = plain_op(node.op)
    given = _shape(node)
    if len(shape) == 2 and _LINEAR.search(plain) and node.inputs:
        first = graph[node.inputs[0][0]]
        return is_parameter(first) and _shape(first) == shape
    if len(shape) == len(given) >= 3 and _CONV.search(plain):
        return given[1] == shape[0] and given[-1] != shape[-1]
    return False


def _shape(node: Node) -> tuple[int, ...]:
    return (node.outputs[0].shape or ()) if node.outputs else ()


def _known_layer(item: Item, plains: list[str], shape: tuple[int, ...]) -> tuple[str, str, str] | None:
    """(kind of layer, sizes, family) of the layers that can be told by their parameters; None for others."""
    if find_family(item.name) == "loss":
        is_softmax = any(re.search(r"softmax|^exp$|logsumexp", plain) for plain in plains)
        is_sigmoid = any(re.search(r"logistic|sigmoid|log1p|softplus", plain) for plain in plains)
        kind = "Softmax cross-entropy" if is_softmax else "Sigmoid cross-entropy" if is_sigmoid else ""
        return (kind, "", "loss") if kind else None
    if any(_CONV.search(plain) for plain in plains) and len(shape) >= 3:
        return "Conv", f"{'×'.join(map(str, shape[:-2]))} · {shape[-2]:,} → {shape[-1]:,}", "linear"
    if any(_LINEAR.search(plain) for plain in plains) and len(shape) == 2:
        return "Dense", f"{shape[0]:,} → {shape[1]:,}", "linear"
    if any(_LOOKUP.search(plain) for plain in plains) and len(shape) == 2:
        return "Embedding", f"{shape[0]:,} × {shape[1]:,}", "embed"
    if any(plain in ("rsqrt", "layernorm", "batchnorm", "rmsnorm") for plain in plains) and len(shape) == 1:
        return (
            ("BatchNorm" if "bn" in item.name.lower() or "batch" in item.name.lower() else "LayerNorm"),
            f"{shape[0]:,}",
            "norm",
        )
    if not PARAMETER_OPS.intersection(plains) and any(_RANDOM.search(plain) for plain in plains):
        return "Dropout", "", "math"
    return None


def _activation(nodes: list[Node], plains: list[str]) -> str:
    """The last activation among the nodes; a bare maximum is a relu."""
    for node, plain in zip(reversed(nodes), reversed(plains), strict=True):
        names = (plain, plain_op(node.path.rpartition("/")[2].rstrip("0123456789")))
        for name in names:
            if name in _ACTIVATIONS:
                return _ACTIVATIONS[name]
    return "relu" if "max" in plains or "maximum" in plains else ""
