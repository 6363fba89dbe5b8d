"""Config: the values that a run was started with, nested as the program has them.

One encoding: a JSON object, with plugin `config`. Several in one run are merged, and the last word on a member holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from summaries.kinds.contract import Kind
from summaries.kinds.json_values import decode_json_object, encode_json, make_metadata
from summaries.plain import to_plain

CONFIG_TAG = "__run__/config"


def encode_config(tag: str, config: Mapping[str, Any]) -> bytes:
    """A `Summary.Value` with `config` as plain data.

    Raises:
        ValueError: If it is no mapping, dataclass or namespace.
    """
    plain = to_plain(config)
    if not isinstance(plain, dict):
        rule = "a mapping, a dataclass or an argparse.Namespace"
        raise ValueError(f"config must be {rule}; got {type(config).__name__}. Pass a dict of names and values.")
    return encode_json(tag, plain)


CONFIG = Kind(name="config", encode=encode_config, decode=decode_json_object, metadata=make_metadata("config"))
