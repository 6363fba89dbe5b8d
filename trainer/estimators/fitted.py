"""What a fit leaves behind: a model with its trained state."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trainer.describe import describe
from trainer.estimators.data import Data, open_data, row_shapes
from trainer.estimators.training import Training
from trainer.heads import Head
from trainer.inputs import as_features, num_rows
from trainer.protocols import TrainState
from trainer.run_config import RunConfig
from trainer.step_options import StepOptions

# Every prediction runs through one shape: nothing compiles again, and a row's result does not depend on its neighbours.
PREDICT_ROWS = 256


def described_options(config: RunConfig) -> dict[str, Any]:
    """How a step is computed, as far as it is not the usual way."""
    usual = StepOptions()
    return {
        name: describe(value)
        for name, value in dataclasses.asdict(config.step_options).items()
        if value != getattr(usual, name)
    }


@dataclass(frozen=True)
class Fitted:
    """A model with its state.

    Attributes:
        training: What is trained, and how.
        head: The end of the network; None with a ``model_fn``.
        shapes: Shape of one row of the features.
        train_state: After the last step.
    """

    training: Training
    head: Head | None
    shapes: Any
    train_state: TrainState

    def with_state(self, train_state: TrainState) -> Fitted:
        """The same model with another state."""
        return dataclasses.replace(self, train_state=train_state)

    def copy_state(self) -> TrainState:
        """A copy that a training may consume."""
        copy: TrainState = jax.tree.map(lambda leaf: jnp.array(leaf, copy=True), self.train_state)
        return copy

    def open(self, features: Any, labels: Any, weights: Any, *, is_training: bool = False) -> Data:
        """Checks data against those of the fit.

        Raises:
            ValueError: If something is wrong with them, or their rows have another shape.
        """
        data = open_data(features, labels, weights, self.head, is_training=is_training)
        self.check_features(data.example.features)
        return data

    def check_features(self, features: Any) -> None:
        """Refuses features of another shape than in fit.

        Raises:
            ValueError: If the rows have another shape.
        """
        shapes = row_shapes(features)
        if shapes != self.shapes:
            raise ValueError(
                f"X must have rows of shape {self.shapes} as in fit; got {shapes}. Reshape your data to that."
            )

    def predictions(self, features: Any) -> dict[str, np.ndarray]:
        """All that is predicted for each row, by name.

        Raises:
            ValueError: If the features are not like those of fit.
        """
        arrays = as_features(features)
        self.check_features(arrays)
        parts = [self._predict_from(arrays, row) for row in range(0, num_rows(arrays), PREDICT_ROWS)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _predict_from(self, arrays: Any, row: int) -> dict[str, np.ndarray]:
        def cut(array: np.ndarray) -> np.ndarray:
            rows = array[row : row + PREDICT_ROWS]
            return np.concatenate([rows, np.repeat(rows[-1:], PREDICT_ROWS - len(rows), axis=0)])

        count = min(PREDICT_ROWS, num_rows(arrays) - row)
        state = self.train_state
        outputs = self.training.programs.predict(state.params, state.state, jax.tree.map(cut, arrays))
        return {name: np.asarray(value)[:count] for name, value in outputs.items()}

    def describe(self) -> dict[str, Any]:
        """What must be equal for the run in a model_dir to be continued, as plain JSON values."""
        training = self.training
        return {
            "model": describe(training.objective),
            "features": describe(self.shapes),
            "optimizer": describe(training.optimizer),
            "learning_rate": training.learning_rate,
            "seed": training.config.seed,
            "batch_size": training.config.batch_size,
            **described_options(training.config),
        }
