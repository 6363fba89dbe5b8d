"""Exports while training: the latest, the best, the last. Hooks under TensorFlow 1.0's names."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from trainer.checkpoints import Best, write_whole
from trainer.counts import check_count
from trainer.hooks import Context, Hook, ThrottleHook, next_multiple
from trainer.hooks.metric_names import Direction, check_metric, direction_of
from trainer.protocols import TrainState

ExportFn = Callable[[TrainState, Path], Path]
EvaluateFn = Callable[[], Mapping[str, float]]
BEST_FILE = "best.json"


class Exporter(Hook):
    """Base of these: writes ``<model_dir>/export/<name>/<step>``, a folder as `Estimator.export` writes it.

    Attributes:
        name: Of the folder.
        exports: The folders that were written and are still there, oldest first.
        throttle: Says which evaluations are left out, and exports with them; None for none. `train_and_evaluate` sets
            it for its training.
    """

    throttle: ThrottleHook | None = None

    def __init__(self, name: str, exports_to_keep: int | None = 5) -> None:
        """Takes the name, and how many of the newest exports are kept; None keeps all.

        Raises:
            ValueError: If the name is no plain word, or the number not positive.
        """
        if not name or Path(name).name != name:
            raise ValueError(f"name must be that of a folder; got {name!r}. Pass a plain word.")
        self.name = name
        self.exports: list[Path] = []
        self._keep = None if exports_to_keep is None else check_count("exports_to_keep", exports_to_keep)
        self._bound: tuple[ExportFn, Path, int] | None = None

    def bind(self, export: ExportFn, model_dir: Path, interval: int) -> None:
        """Called by the estimator before the training: how to export, where, and steps between two evaluations."""
        self._bound = export, model_dir / "export" / self.name, interval
        folders = self._bound[1].iterdir() if self._bound[1].is_dir() else ()
        self.exports = sorted(
            (folder for folder in folders if folder.name.isdecimal()), key=lambda path: int(path.name)
        )

    def is_due(self, context: Context) -> bool:
        """Whether the evaluation at this step is not left out."""
        return self.throttle is None or self.throttle.allows(context.step)

    def next_step(self, step: int) -> int | None:
        """The next evaluation."""
        return None if self._bound is None else next_multiple(step, self._bound[2])

    def end(self, context: Context) -> None:
        """Finishes, unless an exception ended the training."""
        if context.error is None:
            self.finish(context.train_state, context.evaluate)

    def finish(self, train_state: TrainState, evaluate: EvaluateFn) -> None:
        """Exports the model of the last step; called by the estimator where the run was finished before.

        Args:
            train_state: After the last step.
            evaluate: Returns its metrics on the validation data.
        """
        del evaluate
        self.export(train_state)

    def export(self, train_state: TrainState) -> None:
        """Exports the model of this step, once."""
        assert self._bound is not None
        write, folder, _ = self._bound
        target = folder / str(int(train_state.step))
        if target in self.exports:
            return
        self.exports.append(write(train_state, target))
        while self._keep is not None and len(self.exports) > self._keep:
            shutil.rmtree(self.exports.pop(0), ignore_errors=True)


class LatestExporter(Exporter):
    """Exports after every evaluation, and in the end."""

    def __init__(self, name: str = "latest", exports_to_keep: int | None = 5) -> None:
        super().__init__(name, exports_to_keep)

    def run(self, context: Context) -> None:
        """Exports."""
        if self.is_due(context):
            self.export(context.train_state)


class FinalExporter(Exporter):
    """Exports in the end."""

    def __init__(self, name: str = "final") -> None:
        super().__init__(name, None)

    def next_step(self, step: int) -> None:
        """Never."""


class BestExporter(Exporter):
    """Exports after each evaluation that is better than all before it; ``best.json`` in the export says how good."""

    def __init__(
        self,
        name: str = "best",
        *,
        metric: str = "loss",
        direction: Direction | None = None,
        exports_to_keep: int | None = 1,
    ) -> None:
        """Takes what the best is best in.

        Args:
            name: Of the folder.
            metric: Name as in what ``evaluate`` returns.
            direction: Whether ``min`` or ``max`` is good; None tells by the name.
            exports_to_keep: How many of the newest are kept; None keeps all.
        """
        super().__init__(name, exports_to_keep)
        self._metric = metric
        self._sign = 1.0 if (direction or direction_of(metric)) == "min" else -1.0
        self._best = math.inf

    def bind(self, export: ExportFn, model_dir: Path, interval: int) -> None:
        """See `Exporter`; the best before is that of the newest export."""
        super().bind(export, model_dir, interval)
        path = self.exports[-1] / BEST_FILE if self.exports else None
        best = Best(**json.loads(path.read_text())) if path is not None and path.is_file() else None
        self._best = self._sign * best.value if best is not None and best.metric == self._metric else math.inf

    def begin(self, context: Context) -> None:
        """Looks for the metric.

        Raises:
            ValueError: If there are no validation data, or they have no such metric.
        """
        self._value(context.evaluate)

    def run(self, context: Context) -> None:
        """Exports if this is the best."""
        if self.is_due(context):
            self.finish(context.train_state, context.evaluate)

    def finish(self, train_state: TrainState, evaluate: EvaluateFn) -> None:
        """Exports if this is the best."""
        value = self._value(evaluate)
        if self._sign * value < self._best:
            self.export(train_state)
            self._best = self._sign * value
            best = Best(self._metric, value, int(train_state.step))
            write_whole(self.exports[-1] / BEST_FILE, (json.dumps(asdict(best), indent=2) + "\n").encode())

    def _value(self, evaluate: EvaluateFn) -> float:
        found = evaluate()
        check_metric("metric of BestExporter", self._metric, found)
        return found[self._metric]
