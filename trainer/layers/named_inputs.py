"""Layers with several inputs: by place, or by name.

`Layer.INPUT_NAMES` lists what a layer takes. Of a layer with the names ``query, value, attention_mask``, these are the
same call: ``layer(q, v, attention_mask=m)`` and ``layer(query=q, value=v, attention_mask=m)``. In `Layer.apply`, in a
`Sequential`, and as features of an estimator, its inputs are one pytree: an array is the first input, a tuple or list
has them in that order, a dict has them by name, ``{"query": q, "value": v, "attention_mask": m}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trainer.layers.checks import title


def join_inputs(layer: Any, inputs: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """The arguments of a call as one pytree.

    Raises:
        TypeError: If there are none, or a name is not among the layer's, or is given twice.
    """
    if not named:
        if not inputs:
            raise TypeError(f"inputs of {title(layer)} must be given; got none. Call it on {layer.INPUT_NAMES[0]}.")
        return tuple(inputs) if len(inputs) > 1 else inputs[0]
    joined = dict(zip(layer.INPUT_NAMES, inputs, strict=False))
    for name, value in named.items():
        _check_name(layer, name)
        if name in joined:
            raise TypeError(f"inputs of {title(layer)} must be given once; got {name!r} twice. Leave one out.")
        joined[name] = value
    return joined[layer.INPUT_NAMES[0]] if list(joined) == [layer.INPUT_NAMES[0]] else joined


def named_inputs(layer: Any, inputs: Any) -> dict[str, Any]:
    """What stands for each name of ``layer.INPUT_NAMES``; None where nothing does.

    Raises:
        TypeError: If a name is not among the layer's.
        ValueError: If there are more than it takes, or the first is missing.
    """
    names = layer.INPUT_NAMES
    if isinstance(inputs, dict):
        for name in inputs:
            _check_name(layer, name)
        given = inputs
    else:
        items = inputs if isinstance(inputs, list | tuple) else [inputs]
        if len(items) > len(names):
            raise ValueError(
                f"inputs of {title(layer)} must be no more than {', '.join(names)}; got {len(items)}. Leave some out."
            )
        given = dict(zip(names, items, strict=False))
    if given.get(names[0]) is None:
        raise ValueError(f"inputs of {title(layer)} must hold {names[0]}; got {', '.join(given) or 'none'}. Add it.")
    return {name: given.get(name) for name in names}


def _check_name(layer: Any, name: str) -> None:
    if name not in layer.INPUT_NAMES:
        raise TypeError(
            f"inputs of {title(layer)} must be among {', '.join(layer.INPUT_NAMES)}; got {name!r}. Correct the name."
        )
