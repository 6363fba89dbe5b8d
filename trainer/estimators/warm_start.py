"""Beginning with the weights of another training."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import jax
import numpy as np

from trainer.checkpoints import load_arrays
from trainer.paths import leaf_paths
from trainer.placement import put_state
from trainer.protocols import TrainState


@dataclass(frozen=True)
class WarmStartSettings:
    """Which weights a training begins with, and from where; TensorFlow 1.0's names.

    >>> WarmStartSettings("runs/base", vars_to_warm_start="dense_[01]/").vars_to_warm_start
    'dense_[01]/'

    Attributes:
        ckpt_to_initialize_from: A model_dir (its newest checkpoint is read), a checkpoint file, or an export.
        vars_to_warm_start: Regular expression, or several, that fit the beginning of the names of the weights,
            ``dense_0/kernel``; the others begin at random. What layers carry besides is chosen by its names likewise.
        var_name_to_prev_var_name: Name in the checkpoint by name here, for those that are called otherwise there.
    """

    ckpt_to_initialize_from: str | os.PathLike[str]
    vars_to_warm_start: str | Sequence[str] = ".*"
    var_name_to_prev_var_name: Mapping[str, str] = field(default_factory=dict)


WarmStart: TypeAlias = "str | os.PathLike[str] | WarmStartSettings"


def initialize_from(train_state: TrainState, warm_start_from: WarmStart) -> TrainState:
    """Returns a fresh state with weights of a checkpoint.

    What the layers carry besides comes along where it is there in the same shape, or is named in
    ``var_name_to_prev_var_name``.

    Args:
        train_state: Before the first step.
        warm_start_from: Which weights, and from where; a path alone takes all.

    Raises:
        ValueError: If there is no checkpoint, a pattern fits no weight, or a weight is not there or of another shape.
    """
    settings = warm_start_from if isinstance(warm_start_from, WarmStartSettings) else WarmStartSettings(warm_start_from)
    arrays = load_arrays(settings.ckpt_to_initialize_from)
    chosen = set(_chosen(settings, [*leaf_paths(train_state.params), *leaf_paths(train_state.state)]))
    params = _taken(settings, arrays, train_state.params, "params", chosen)
    carried = chosen & set(_carried(settings, arrays, train_state.state))
    return train_state._replace(params=params, state=_taken(settings, arrays, train_state.state, "state", carried))


def _carried(settings: WarmStartSettings, arrays: Mapping[str, Any], state: Any) -> Iterator[str]:
    """Names of what layers carry that the checkpoint holds in the same shape, or that the settings name."""
    for name, leaf in zip(leaf_paths(state), jax.tree.leaves(state), strict=True):
        found = arrays.get(f"state/{_former(settings, name)}")
        if name in settings.var_name_to_prev_var_name or (found is not None and found.shape == leaf.shape):
            yield name


def _chosen(settings: WarmStartSettings, names: Sequence[str]) -> Iterator[str]:
    given = settings.vars_to_warm_start
    for pattern in (given,) if isinstance(given, str) else given:
        found = [name for name in names if re.match(pattern, name)]
        if not found:
            raise ValueError(
                f"vars_to_warm_start must fit the beginning of a weight's name; got {pattern!r}, which fits none of "
                f"{', '.join(names)}. Correct it."
            )
        yield from found
    for name in settings.var_name_to_prev_var_name:
        if name not in names:
            raise ValueError(
                f"var_name_to_prev_var_name must have weights of this network as keys; got {name!r}."
                + _meant(name, names)
            )


def _taken(settings: WarmStartSettings, arrays: Mapping[str, Any], tree: Any, group: str, names: set[str]) -> Any:
    """The tree with the chosen leaves replaced."""
    leaves = []
    for name, leaf in zip(leaf_paths(tree), jax.tree.leaves(tree), strict=True):
        leaves.append(_find(settings, arrays, group, name, leaf) if name in names else leaf)
    return jax.tree.unflatten(jax.tree.structure(tree), leaves)


def _find(settings: WarmStartSettings, arrays: Mapping[str, Any], group: str, name: str, leaf: Any) -> Any:
    former = _former(settings, name)
    found = arrays.get(f"{group}/{former}")
    path = Path(settings.ckpt_to_initialize_from)
    if found is None:
        there = [key.removeprefix(f"{group}/") for key in arrays if key.startswith(f"{group}/")]
        raise ValueError(
            f"checkpoint {path} must hold {former} for {name}; got none of that name.{_meant(former, there)} "
            "Leave it out by vars_to_warm_start, or name it in var_name_to_prev_var_name."
        )
    if found.shape != leaf.shape:
        raise ValueError(
            f"{former} of checkpoint {path} must have the shape of {name}, {tuple(leaf.shape)}; got {found.shape}. "
            "Leave it out by vars_to_warm_start."
        )
    return put_state(np.asarray(found, leaf.dtype))


def _former(settings: WarmStartSettings, name: str) -> str:
    return settings.var_name_to_prev_var_name.get(name, name)


def _meant(name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, names, 1)
    return f" Perhaps {close[0]} was meant." if close else ""
