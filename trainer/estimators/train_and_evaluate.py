"""TensorFlow 1.0's ``train_and_evaluate``: a training, its evaluations and its exports in one call."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.counts import check_count
from trainer.estimators.base import BaseEstimator
from trainer.estimators.exporters import Exporter
from trainer.hooks import Hook
from trainer.inputs import Rows, open_source
from trainer.metrics import Evaluation


@dataclass(frozen=True)
class TrainSpec:
    """What is trained on.

    Attributes:
        input_fn: A function or an iterable as for `Estimator.fit`, or a tuple ``(X, y)``.
        max_steps: Total number of steps; None as for `Estimator.fit`.
        hooks: What else is called between steps.
    """

    input_fn: Any
    max_steps: int | None = None
    hooks: Sequence[Hook] = ()


@dataclass(frozen=True)
class EvalSpec:
    """What is evaluated on, at the config's ``eval_interval`` and at the end.

    Attributes:
        input_fn: As for `TrainSpec`; a function or a list, since it is read again and again.
        steps: How many batches of each evaluation; None for all.
        exporters: `LatestExporter`, `BestExporter`, `FinalExporter`; they need a model_dir.
    """

    input_fn: Any
    steps: int | None = None
    exporters: Sequence[Exporter] = ()


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
        ValueError: As `Estimator.fit`.
    """
    for name, spec, kind in (("train_spec", train_spec, TrainSpec), ("eval_spec", eval_spec, EvalSpec)):
        if not isinstance(spec, kind):
            raise TypeError(f"{name} must be a {kind.__name__}; got {type(spec).__name__}. Pass {kind.__name__}(…).")
    validation = _limited(eval_spec)
    estimator.fit(
        *_as_arguments(train_spec.input_fn),
        steps=train_spec.max_steps,
        validation_data=validation,
        hooks=[*train_spec.hooks, *eval_spec.exporters],
    )
    exports = [folder for exporter in eval_spec.exporters for folder in exporter.exports]
    return estimator.evaluate(*_as_arguments(validation)), exports


def _as_arguments(input_fn: Any) -> tuple[Any, ...]:
    return input_fn if isinstance(input_fn, tuple) else (input_fn,)


def _limited(spec: EvalSpec) -> Any:
    if spec.steps is None:
        return spec.input_fn
    steps = check_count("steps", spec.steps)
    source = open_source(*_as_arguments(spec.input_fn))
    if isinstance(source, Rows):
        raise ValueError(f"steps must be None with arrays; got {spec.steps!r}. Pass fewer rows.")

    def batches() -> Iterator[Any]:
        for rows in itertools.islice(source.read(), steps):
            yield (rows.features, rows.labels) if rows.weights is None else (rows.features, rows.labels, rows.weights)

    return batches
