"""What a fit leaves behind: a model with its trained state."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trainer.describe import describe
from trainer.estimators.data import Data, open_data, row_shapes
from trainer.estimators.prediction import ROWS, predict_rows
from trainer.estimators.training import Training
from trainer.heads import Head
from trainer.inputs import as_features
from trainer.layers.specs import shape_struct
from trainer.protocols import TrainState
from trainer.run_config import RunConfig
from trainer.step_options import StepOptions


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
                f"X must have rows of shape {self.shapes} as in fit; got {shapes}{_in_words(shapes, self.shapes)}. "
                "Reshape your data to that."
            )

    def predictions(self, features: Any) -> dict[str, np.ndarray]:
        """All that is predicted for each row, by name.

        Raises:
            ValueError: If the features are not like those of fit.
        """
        arrays = as_features(features)
        self.check_features(arrays)
        programs, state = self.training.programs, self.train_state

        def predict(blocks: Any, count: int) -> dict[str, Any]:
            return programs.predict(state.params, state.state, blocks, count)

        block = jax.tree.map(lambda leaf: shape_struct((ROWS, *leaf.shape[1:]), leaf.dtype), arrays)
        return predict_rows(predict, arrays, can_loop=programs.can_loop(state.params, state.state, block))

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


def _in_words(shapes: Any, expected: Any) -> str:
    """What scikit-learn says of rows of another length."""
    counts = [re.fullmatch(r"\((\d+),\)", str(shape)) for shape in (shapes, expected)]
    if None in counts:
        return ""
    got, wanted = (match.group(1) for match in counts if match)
    return f" (X has {got} features, but estimator is expecting {wanted} features as input)"
