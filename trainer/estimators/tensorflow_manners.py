"""TensorFlow 1.0's spelling of a training, beside scikit-learn's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from trainer.estimators.sklearn_manners import SklearnManners
from trainer.hooks import Hook


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
