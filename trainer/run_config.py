"""How a training runs: everything that is not the model."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Literal, Self

from trainer.counts import as_python, check_count, check_positive
from trainer.layers import precision
from trainer.step_options import StepOptions

# Fields that an estimator fills where they are None.
_OPEN = ("batch_size", "steps", "eval_interval")
_COUNTS_OR_NONE = (*_OPEN, "eval_batch_size", "summary_interval", "checkpoint_interval")


@dataclass(frozen=True)
class RunConfig:
    """Settings of a training.

    Attributes:
        seed: Of initial values, shuffling and dropout; one seed gives one trajectory.
        batch_size: Rows of a training batch; None takes the estimator's own, which is 32 unless it says otherwise.
        eval_batch_size: Rows of an array that an evaluation or a prediction computes together; fewer take less memory.
            None takes 1024 and 256.
        steps: Steps of a ``fit`` that names neither steps nor epochs; None takes the estimator's own, or 1000.
        summary_interval: Steps between two dumps of histograms, images and texts; None writes none.
        eval_interval: Steps between two evaluations on the validation data; None takes the estimator's own, or 100.
        checkpoint_secs: Seconds between two checkpoints; None saves none by the clock. The last state is always saved.
        checkpoint_interval: Steps between two checkpoints; None saves none by steps.
        keep_checkpoints: How many of the newest checkpoints are kept.
        best_metric: Metric of the validation data, as ``accuracy``: the checkpoint where it was best is kept too.
        nan_guard: Whether to end with an error where the loss, a gradient or an update is not finite.
        log_secs: Seconds between two lines on the progress in the log.
        progress: Whether to draw a progress bar instead; None draws one at a terminal.
        accumulation_steps: In how many parts a step computes its batch, one after another, at most: none is larger than
            an equal part rounded up. Less memory, the same mean.
        clip_norm: Largest norm of all gradients together; larger ones are scaled down. None does not.
        clip_value: Largest absolute value in a gradient; larger ones are cut. None does not.
        loss_scale: Factor on the loss while its gradients are computed, for float16; ``dynamic`` finds it. None is 1.
        precision: Policy of `trainer.layers.precision`, as ``mixed_bfloat16``. None is the layers' own.
        remat: Whether to compute activations again for the gradients, but for products of matrices: less memory.
        trainable: Patterns of the params that are trained (``("head/*",)``); the others keep their values. None is all.
        is_graph_written: Whether the graph of the training step is written.
    """

    seed: int = 0
    batch_size: int | None = None
    eval_batch_size: int | None = None
    steps: int | None = None
    summary_interval: int | None = 100
    eval_interval: int | None = None
    checkpoint_secs: float | None = 600.0
    checkpoint_interval: int | None = None
    keep_checkpoints: int = 2
    best_metric: str | None = None
    nan_guard: bool = True
    log_secs: float = 10.0
    progress: bool | None = None
    accumulation_steps: int = 1
    clip_norm: float | None = None
    clip_value: float | None = None
    loss_scale: float | Literal["dynamic"] | None = None
    precision: str | None = None
    remat: bool = False
    trainable: tuple[str, ...] | None = None
    is_graph_written: bool = True

    def __new__(cls, *args: Any, **fields: Any) -> Self:
        """Refuses a field that does not exist, and names the one that was meant.

        Raises:
            TypeError: If there is none of this name.
        """
        known = [field.name for field in dataclasses.fields(cls)]
        for name in fields:
            if name not in known:
                close = difflib.get_close_matches(name, known, 1)
                meant = f"Perhaps {close[0]} was meant." if close else "They stand in its docstring."
                raise TypeError(f"fields of RunConfig must be {', '.join(known)}; got {name!r}. {meant}")
        return super().__new__(cls)

    def __post_init__(self) -> None:
        """Checks the fields.

        Raises:
            ValueError: If a count is not a positive integer, a number not positive, a switch neither on nor off, the
                seed no integer of 32 bits, a pattern no text, or there is no such precision.
        """
        for name in ("keep_checkpoints", "accumulation_steps"):
            object.__setattr__(self, name, check_count(name, getattr(self, name)))
        for name in _COUNTS_OR_NONE:
            if getattr(self, name) is not None:
                object.__setattr__(self, name, check_count(name, getattr(self, name)))
        object.__setattr__(self, "seed", _as_seed(self.seed))
        for name in ("checkpoint_secs", "log_secs", "clip_norm", "clip_value"):
            if getattr(self, name) is not None or name == "log_secs":
                object.__setattr__(self, name, check_positive(name, getattr(self, name)))
        for name in ("nan_guard", "remat", "is_graph_written"):
            object.__setattr__(self, name, _as_switch(name, getattr(self, name)))
        object.__setattr__(self, "loss_scale", _as_loss_scale(self.loss_scale))
        if self.precision is not None:
            precision.get(self.precision)
        if self.trainable is not None:
            object.__setattr__(self, "trainable", _as_patterns(self.trainable))

    @property
    def step_options(self) -> StepOptions:
        """What the compiled step depends on."""
        return StepOptions(
            **{field.name: getattr(self, field.name) for field in dataclasses.fields(StepOptions)},
        )


def _as_seed(seed: Any) -> int:
    number = as_python(seed)
    if isinstance(number, bool) or not isinstance(number, Integral):
        # A run is continued by its seed, so it must be one that can be told again.
        raise ValueError(f"seed must be an integer; got {seed!r}. Pass one, as int(generator.integers(2**32)).")
    if not 0 <= int(number) < 2**32:
        raise ValueError(f"seed must be in [0, 2**32); got {number}. Pass a small number.")
    return int(number)


def _as_switch(name: str, value: Any) -> bool:
    switch = as_python(value)
    if not isinstance(switch, bool | int) or switch not in (True, False):
        raise ValueError(f"{name} must be True or False; got {value!r}. Pass one of them.")
    return bool(switch)


def _as_loss_scale(scale: Any) -> float | Literal["dynamic"] | None:
    number = as_python(scale)
    if number is None:
        return None
    if isinstance(number, str) and number == "dynamic":
        return "dynamic"
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    if not (is_number and 0 < number < math.inf):
        raise ValueError(f"loss_scale must be a positive number or 'dynamic'; got {scale!r}. Pass 'dynamic'.")
    return float(number)


def _as_patterns(patterns: Any) -> tuple[str, ...]:
    given = (patterns,) if isinstance(patterns, str) else patterns
    if not isinstance(given, list | tuple | set | frozenset) or not all(isinstance(each, str) for each in given):
        raise ValueError(f"trainable must be patterns of names of weights; got {patterns!r}. Pass ('head/*',).")
    return tuple(given)


@dataclass(frozen=True)
class ResolvedConfig(RunConfig):
    """A config in which nothing is left to the estimator. Attributes as in `RunConfig`."""

    batch_size: int = 32
    steps: int = 1000
    eval_interval: int = 100


def resolve(config: RunConfig | None, usual: Mapping[str, Any] | None = None) -> ResolvedConfig:
    """The config with an estimator's own values in place of None.

    Args:
        config: The user's; None is one without any field.
        usual: Values of the estimator by field, where they are not those of `ResolvedConfig`.

    Raises:
        TypeError: If it is something else.
    """
    if config is not None and not isinstance(config, RunConfig):
        raise TypeError(f"config must be a RunConfig; got {config!r}. Pass RunConfig(batch_size=64), for example.")
    given = {} if config is None else {each.name: getattr(config, each.name) for each in dataclasses.fields(config)}
    kept = {name: value for name, value in given.items() if value is not None or name not in _OPEN}
    return ResolvedConfig(**{**(usual or {}), **kept})
