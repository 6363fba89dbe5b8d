"""TensorFlow 1.0's spelling of a training, beside scikit-learn's."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import jax
import numpy as np

from trainer.checkpoints import find_latest, load_arrays
from trainer.estimators.sklearn_manners import SklearnManners, not_fitted
from trainer.hooks import Hook
from trainer.paths import leaf_paths


class TensorFlowManners(SklearnManners):
    """What `tf.estimator.Estimator` calls otherwise."""

    model_dir: Any
    fit: Any
    partial_fit: Any

    def train(
        self,
        input_fn: Any,
        hooks: Sequence[Hook] | None = None,
        steps: int | None = None,
        max_steps: int | None = None,
    ) -> Self:
        """Trains on from where it stands, as TensorFlow 1.0's ``train``; `fit` begins afresh without a `model_dir`.

        Args:
            input_fn: A function or an iterable as for `fit`, or a tuple ``(X, y)``.
            hooks: What else is called between steps.
            steps: How many more; or
            max_steps: how many in all. Without both: one pass over the data.

        Returns:
            The estimator.

        Raises:
            ValueError: If both are given, or as in `fit`. Batches must last for the steps: TensorFlow ends with them.
        """
        if steps is not None and max_steps is not None:
            raise ValueError(f"steps must be None with max_steps; got {steps} and {max_steps}. Pass one of them.")
        data = input_fn if isinstance(input_fn, tuple) else (input_fn,)
        if max_steps is None:
            return self.partial_fit(*data, steps=steps, hooks=hooks or ())  # type: ignore[no-any-return]
        if self.model_dir is not None or self._fitted is None:
            return self.fit(*data, steps=max_steps, hooks=hooks or ())  # type: ignore[no-any-return]
        missing = max_steps - int(self._fitted.train_state.step)
        return self.partial_fit(*data, steps=missing, hooks=hooks or ()) if missing > 0 else self

    def latest_checkpoint(self) -> Path | None:
        """The newest checkpoint in `model_dir`; None if there is none."""
        if self.model_dir is None or not self._has_run_dir(self.model_dir):
            return None
        return find_latest(self._run_dir(self.model_dir))

    def get_variable_names(self) -> list[str]:
        """Names of all arrays of the model and its optimizer, as they stand in checkpoints: ``params/dense_0/kernel``.

        Raises:
            NotFittedError: Before fit, without a checkpoint in `model_dir`.
        """
        return sorted(self._variables("get_variable_names"))

    def get_variable_value(self, name: str) -> np.ndarray:
        """A copy of an array of `get_variable_names`.

        Raises:
            NotFittedError: Before fit, without a checkpoint in `model_dir`.
            ValueError: If there is none of this name.
        """
        variables = self._variables("get_variable_value")
        if name not in variables:
            close = difflib.get_close_matches(name, variables, 1)
            meant = f"Perhaps {close[0]!r} was meant." if close else "Those of get_variable_names() are there."
            raise ValueError(f"name must be one of {len(variables)} variables; got {name!r}. {meant}")
        return np.array(variables[name])

    def _variables(self, method: str) -> dict[str, Any]:
        """Arrays by name: of the model in this process, else of the newest checkpoint."""
        if self._fitted is not None:
            state = self._fitted.saved_state()
            return dict(zip(leaf_paths(state), jax.tree.leaves(state), strict=True))
        path = self.latest_checkpoint()
        if path is None:
            raise not_fitted(self, method)
        return load_arrays(path)
