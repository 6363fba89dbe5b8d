"""TensorFlow 1.0's ``train_and_evaluate``: a training, its evaluations and its exports in one call."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.counts import check_count
from trainer.estimators.base import BaseEstimator
from trainer.estimators.exporters import Exporter
from trainer.hooks import EvaluationHook, Hook, ThrottleHook
from trainer.inputs import first_batches
from trainer.metrics import Evaluation


@dataclass(frozen=True)
class TrainSpec:
    """What is trained on.

    Attributes:
        input_fn: A function or an iterable as for `Estimator.fit`, or a tuple ``(X, y)``.
        max_steps: Total number of steps; None as for `Estimator.fit`. Batches must last for so many: where TensorFlow
            1.0 ends with them, there is an error here after the training.
        hooks: What else is called between steps; None for nothing.
    """

    input_fn: Any
    max_steps: int | None = None
    hooks: Sequence[Hook] | None = None


@dataclass(frozen=True)
class EvalSpec:
    """What is evaluated on, at the config's ``eval_interval`` and at the end.

    Attributes:
        input_fn: As for `TrainSpec`; a function or a list, since it is read again and again.
        steps: How many batches of each evaluation; None for all.
        name: Tags of the metrics begin with ``eval_<name>/``; None for ``eval/``.
        hooks: Hooks of the training that look at its evaluations, as `trainer.hooks.EarlyStoppingHook`. An
            `EvaluationHook` of the same name takes the place of the one that there is otherwise.
        exporters: `LatestExporter`, `BestExporter`, `FinalExporter`, one or several; they need a model_dir.
        start_delay_secs: No evaluation begins so many seconds after the training, but the last, and the first of a
            `BestExporter`, which looks for its metric before anything is trained. TensorFlow's default is 120.
        throttle_secs: Nor so many seconds after the one before began. TensorFlow's default is 600. Exports are left out
            with the evaluations; hooks with an interval of their own and the config's ``best_metric`` keep theirs.
    """

    input_fn: Any
    steps: int | None = None
    name: str | None = None
    hooks: Sequence[Hook] | None = None
    exporters: Sequence[Exporter] | Exporter | None = None
    start_delay_secs: float = 0.0
    throttle_secs: float = 0.0


def train_and_evaluate(
    estimator: BaseEstimator, train_spec: TrainSpec, eval_spec: EvalSpec
) -> tuple[Evaluation, list[Path]]:
    """Trains, evaluates on the way and at the end, and exports.

    Args:
        estimator: What is trained; with a model_dir it goes on where the run in it stands.
        train_spec: On what.
        eval_spec: What it is judged by.

    Returns:
        The metrics at the end, and the folders of the exports that are kept.

    Raises:
        TypeError: If a spec is something else.
        ValueError: As `Estimator.fit`, or if what is evaluated on can be read only once; nothing was trained then.
    """
    for name, spec, kind in (("train_spec", train_spec, TrainSpec), ("eval_spec", eval_spec, EvalSpec)):
        if not isinstance(spec, kind):
            raise TypeError(f"{name} must be a {kind.__name__}; got {type(spec).__name__}. Pass {kind.__name__}(…).")
    validation = _limited(eval_spec)
    exporters = _as_list(eval_spec.exporters)
    hooks = [*(train_spec.hooks or ()), *(eval_spec.hooks or ()), *exporters]
    throttle = ThrottleHook(start_delay_secs=eval_spec.start_delay_secs, throttle_secs=eval_spec.throttle_secs)
    for exporter in exporters:
        exporter.throttle = throttle
    if not any(isinstance(hook, EvaluationHook) and hook.name == eval_spec.name for hook in hooks):
        interval = estimator._make_config().eval_interval
        hooks.insert(0, EvaluationHook(interval, name=eval_spec.name, throttle=throttle))
    try:
        estimator.fit(
            *_as_arguments(train_spec.input_fn),
            steps=train_spec.max_steps,
            validation_data=validation,
            hooks=[throttle, *hooks],
        )
    finally:
        for exporter in exporters:
            exporter.throttle = None
    exports = [folder for exporter in exporters for folder in exporter.exports]
    return estimator.evaluate(*_as_arguments(validation)), exports


def _as_arguments(input_fn: Any) -> tuple[Any, ...]:
    return input_fn if isinstance(input_fn, tuple) else (input_fn,)


def _as_list(exporters: Sequence[Exporter] | Exporter | None) -> list[Exporter]:
    return [exporters] if isinstance(exporters, Exporter) else list(exporters or ())


def _limited(spec: EvalSpec) -> Any:
    """What is evaluated on, cut to the steps.

    Raises:
        ValueError: If it can be read only once, or the steps do not fit.
    """
    if isinstance(spec.input_fn, Iterator):
        raise ValueError(
            f"input_fn of EvalSpec must be readable again and again; got a {type(spec.input_fn).__name__}. "
            "Pass a function that returns it, or a list."
        )
    if spec.steps is None:
        return spec.input_fn
    features, *rest = _as_arguments(spec.input_fn)
    batches = functools.partial(first_batches, features, rest[0] if rest else None, spec.steps)
    check_count("steps", spec.steps)
    if not callable(features):  # a function is first called where its batches are read
        batches()  # refuses what has none
    return (batches, *rest) if rest else batches
