"""The graph of a Keras model's architecture: a node a layer, named by the models that hold it and its own name.

The op is the layer's class. Attributes: `keras_class` and `dtype`, as TensorBoard makes them of the same JSON, and
those of the layer's numbers, strings and flags that are set (`units`, `activation`, …).

Reads the JSON of Keras 3 and of Keras 2, of Sequential and functional models, and of models in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from summaries.proto.graph_pb2 import AttrValue, GraphDef, NodeDef
from summaries.proto.tensor_pb2 import TensorShapeProto

Config = Mapping[str, Any]
Source = tuple[str, int]
"""Name of a layer, and which of its outputs."""

_TOLD_ELSEWHERE = ("name", "dtype", "layers", "batch_shape", "batch_input_shape")


def graph_of_keras_model(model: Config) -> GraphDef:
    """The graph of a model.

    Args:
        model: What Keras' `to_json` gave, as plain data.

    Raises:
        ValueError: If it is no such thing.
    """
    try:
        graph = GraphDef(node=_make_nodes(model, "", ()))
    except (AttributeError, IndexError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"model must be the architecture of a Keras model; got other JSON: {error!r}.") from error
    graph.versions.producer = 22
    return graph


def _make_nodes(layer: Config, scope: str, inputs: Sequence[str]) -> Iterator[NodeDef]:
    """The nodes of a layer, or of all layers of a model, which reads the nodes `inputs`."""
    name = _join(scope, _name_of(layer))
    layers = _layers_of(layer)
    if layers is None:
        yield _make_node(layer, name, inputs)
        return
    by_name = _by_name(layers)
    starts = {} if _is_sequential(layer) else _starts_of(layer, inputs)
    previous: tuple[str, ...] = tuple(inputs)
    for inner in layers:
        if _is_sequential(layer):
            own = previous
            previous = (_find_output(by_name, (_name_of(inner), 0), name),)
        else:
            sources = _iter_sources(inner.get("inbound_nodes") or ())
            own = (*(_find_output(by_name, source, name) for source in sources), *starts.get(_name_of(inner), ()))
        yield from _make_nodes(inner, name, tuple(dict.fromkeys(own)))


def _starts_of(model: Config, inputs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What the inputs of a functional model read, by their names."""
    names = [name for name, _ in _to_sources(model["config"].get("input_layers") or ())]
    return {name: (source,) for name, source in zip(names, inputs, strict=False)}


def _by_name(layers: Iterable[Config]) -> dict[str, Config]:
    """Layers by their names; of those of one name, the first."""
    found: dict[str, Config] = {}
    for layer in layers:
        found.setdefault(_name_of(layer), layer)
    return found


def _find_output(layers: Mapping[str, Config], source: Source, scope: str) -> str:
    """The node that makes the output of one of the layers; of a model the one of its layers that makes it."""
    name, index = source
    layer = layers.get(name)
    inner = () if layer is None else _layers_of(layer) or ()
    if layer is None or not inner:
        return _join(scope, name)
    if _is_sequential(layer):
        return _find_output({_name_of(inner[-1]): inner[-1]}, (_name_of(inner[-1]), 0), _join(scope, name))
    outputs = _to_sources(layer["config"].get("output_layers") or ()) or [(_name_of(inner[-1]), 0)]
    return _find_output(_by_name(inner), outputs[min(index, len(outputs) - 1)], _join(scope, name))


def _iter_sources(value: Any) -> Iterator[Source]:
    """The layers that stand in the inbound nodes of a layer, however deep."""
    if isinstance(value, Mapping):
        history = (
            value.get("config", {}).get("keras_history") if value.get("class_name") == "__keras_tensor__" else None
        )
        if history:
            yield str(history[0]), int(history[2])
        else:
            yield from _iter_sources(list(value.values()))
    elif _is_source(value):
        yield str(value[0]), int(value[2])
        yield from _iter_sources(value[3:])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _iter_sources(item)


def _to_sources(value: Any) -> list[Source]:
    """Inputs or outputs of a model: one, a list of them, or a dictionary of them."""
    return list(_iter_sources(value))


def _is_source(value: Any) -> bool:
    """Whether it is `[name, number of the call, number of the output]`, with keyword arguments behind it in Keras 2."""
    return (
        isinstance(value, list)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and all(isinstance(number, int) for number in value[1:3])
    )


def _layers_of(layer: Config) -> list[Config] | None:
    """The layers of a model; None of a layer. Keras 1 had them in place of a Sequential's config."""
    config = layer.get("config")
    if isinstance(config, list):
        return config
    layers = (config or {}).get("layers")
    return layers if isinstance(layers, list) else None


def _is_sequential(layer: Config) -> bool:
    return isinstance(layer["config"], list) or not layer["config"].get("output_layers")


def _name_of(layer: Config) -> str:
    config = layer.get("config")
    name = config.get("name") if isinstance(config, Mapping) else None
    return str(name or layer.get("name") or layer.get("class_name") or "layer")


def _make_node(layer: Config, name: str, inputs: Iterable[str]) -> NodeDef:
    config = layer.get("config") or {}
    op = str(layer.get("class_name") or "")
    node = NodeDef(name=name, op=op, input=inputs)
    node.attr["keras_class"].s = op.encode()
    dtype = config.get("dtype")
    dtype = dtype.get("config", {}).get("name") if isinstance(dtype, Mapping) else dtype
    if dtype:
        node.attr["dtype"].s = str(dtype).encode()
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    if shape:
        dims = [TensorShapeProto.Dim(size=-1 if size is None else int(size)) for size in shape]
        node.attr["_output_shapes"].list.shape.add(dim=dims)
    for key, value in config.items():
        attribute = None if key in _TOLD_ELSEWHERE else _to_attribute(value)
        if attribute is not None:
            node.attr[key].CopyFrom(attribute)
    return node


def _to_attribute(value: Any) -> AttrValue | None:
    """A number, string, flag or list of whole numbers as an attribute; None of anything else."""
    match value:
        case bool():
            return AttrValue(b=value)
        case int() if -(2**63) <= value < 2**63:
            return AttrValue(i=value)
        case float():
            return AttrValue(f=value)
        case str():
            return AttrValue(s=value.encode(errors="replace"))
        case list() if value and all(type(item) is int and -(2**63) <= item < 2**63 for item in value):
            return AttrValue(list=AttrValue.ListValue(i=value))
    return None


def _join(scope: str, name: str) -> str:
    return f"{scope}/{name}" if scope else name
