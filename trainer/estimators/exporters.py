"""Exports while training: the latest, the best, the last. Hooks under TensorFlow 1.0's names."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path

from trainer.counts import check_count
from trainer.hooks import Context, Hook, next_multiple
from trainer.hooks.metric_names import Direction, check_metric, direction_of
from trainer.protocols import TrainState

ExportFn = Callable[[TrainState, Path], Path]


class Exporter(Hook):
    """Base of these: writes ``<model_dir>/export/<name>/<step>``, a folder as `Estimator.export` writes it.

    Attributes:
        name: Of the folder.
        exports: The folders that were written and are still there, oldest first.
    """

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

    def next_step(self, step: int) -> int | None:
        """The next evaluation."""
        return None if self._bound is None else next_multiple(step, self._bound[2])

    def export(self, context: Context) -> None:
        """Exports the model as it is at this step, once."""
        assert self._bound is not None
        write, folder, _ = self._bound
        target = folder / str(context.step)
        if self.exports and self.exports[-1] == target:
            return
        self.exports.append(write(context.train_state, target))
        while self._keep is not None and len(self.exports) > self._keep:
            shutil.rmtree(self.exports.pop(0), ignore_errors=True)


class LatestExporter(Exporter):
    """Exports after every evaluation, and in the end."""

    def __init__(self, name: str = "latest", exports_to_keep: int | None = 5) -> None:
        super().__init__(name, exports_to_keep)

    def run(self, context: Context) -> None:
        """Exports."""
        self.export(context)

    def end(self, context: Context) -> None:
        """Exports once more, unless an exception ended the training."""
        if context.error is None:
            self.export(context)


class FinalExporter(Exporter):
    """Exports in the end."""

    def __init__(self, name: str = "final") -> None:
        super().__init__(name, None)

    def next_step(self, step: int) -> None:
        """Never."""

    def end(self, context: Context) -> None:
        """Exports, unless an exception ended the training."""
        if context.error is None:
            self.export(context)


class BestExporter(Exporter):
    """Exports after each evaluation that is better than all before it in this process."""

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

    def begin(self, context: Context) -> None:
        """Looks for the metric.

        Raises:
            ValueError: If there are no validation data, or they have no such metric.
        """
        check_metric("metric of BestExporter", self._metric, context)

    def run(self, context: Context) -> None:
        """Exports if this is the best."""
        cost = self._sign * context.evaluate()[self._metric]
        if cost < self._best:
            self._best = cost
            self.export(context)

    def end(self, context: Context) -> None:
        """Looks at the last evaluation too, unless an exception ended the training."""
        if context.error is None:
            self.run(context)
