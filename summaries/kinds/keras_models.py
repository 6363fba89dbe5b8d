"""Keras models: their architecture as Keras' `to_json` gives it, which TensorBoard draws as the conceptual graph.

One encoding: that JSON in a tensor of one string, plugin `graph_keras_model`. `graph_of_keras_model` makes a graph of
it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from summaries.kinds.contract import Kind
from summaries.kinds.json_values import decode_json_object, encode_json
from summaries.kinds.serialized import make_version_metadata

KERAS_TAG = "keras"
"""Under which Keras' own callback writes the model."""


def encode_keras_model(tag: str, config: Mapping[str, Any] | str) -> bytes:
    """A `Summary.Value` with a model's architecture.

    Args:
        tag: The tag.
        config: What Keras' `to_json` gave, or the same as plain data.

    Raises:
        ValueError: If it is no JSON object.
    """
    return encode_json(tag, json.loads(config) if isinstance(config, str) else config)


KERAS_MODELS = Kind(
    name="graph_keras_model",
    encode=encode_keras_model,
    decode=decode_json_object,
    metadata=make_version_metadata("graph_keras_model"),
)
