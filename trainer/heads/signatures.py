"""How predictions become labels again, as plain JSON values: what an export stores, and what heads decode with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Signature = dict[str, Any]


def classes_signature(classes: np.ndarray) -> Signature:
    """One label a row, that of ``class_ids``."""
    return {"kind": "classes", "labels": classes.tolist()}


def indicators_signature(classes: np.ndarray) -> Signature:
    """Several labels a row: ``class_ids`` has a column of 0 and 1 for each."""
    return {"kind": "indicators", "labels": classes.tolist()}


def numbers_signature(dimension: int) -> Signature:
    """Numbers, those of ``predictions``."""
    return {"kind": "numbers", "dimension": dimension}


def output_signature(name: str) -> Signature:
    """What is predicted under that name, as it is."""
    return {"kind": "output", "name": name}


def heads_signature(heads: Mapping[str, Signature]) -> Signature:
    """Several heads, whose predictions are called ``<name of the head>/…``."""
    return {"kind": "heads", "heads": dict(heads)}


def decode(signature: Signature, predictions: Mapping[str, np.ndarray]) -> Any:
    """Turns predictions into labels as the user gave them.

    >>> decode(classes_signature(np.array(["no", "yes"])), {"class_ids": np.array([1, 0])}).tolist()
    ['yes', 'no']

    Args:
        signature: As made by one of the functions above, possibly read from JSON.
        predictions: Arrays ``(n, …)`` by name.

    Returns:
        ``(n,)`` or ``(n, d)``; for several heads a dict of these.
    """
    kind = signature["kind"]
    if kind == "heads":
        return {name: decode(inner, within(name, predictions)) for name, inner in signature["heads"].items()}
    if kind == "classes":
        return np.array(signature["labels"])[predictions["class_ids"]]
    if kind == "output":
        return predictions[signature["name"]]
    if kind == "indicators":
        return predictions["class_ids"]
    values = predictions["predictions"]
    return values[:, 0] if signature["dimension"] == 1 else values


def find_probabilities(predictions: Mapping[str, np.ndarray]) -> Any:
    """The probabilities of the classes, ``(n, classes)``; of several heads a dict of these; None if there are none."""
    if "probabilities" in predictions:
        return predictions["probabilities"]
    tail = "/probabilities"
    found = {name.removesuffix(tail): value for name, value in predictions.items() if name.endswith(tail)}
    return found or None


def within(head: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What belongs to one of several heads, without its name in front."""
    return {name.removeprefix(f"{head}/"): value for name, value in values.items() if name.startswith(f"{head}/")}
