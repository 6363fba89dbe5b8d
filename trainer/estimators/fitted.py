"""What a fit leaves behind: a model with its trained state."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from trainer.describe import describe
from trainer.estimators.data import Data, open_data
from trainer.estimators.feature_reader import FeatureReader
from trainer.estimators.prediction import ROWS, predict_rows
from trainer.estimators.training import Training
from trainer.heads import Head
from trainer.inputs import Rows, open_features, open_source
from trainer.layers.specs import shape_struct
from trainer.paths import leaf_paths
from trainer.placement import copy_arrays
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
        reader: How features are read.
        example: Features as shapes and types of arrays, ``(n, …)``.
        train_state: After the last step.
    """

    training: Training
    head: Head | None
    reader: FeatureReader
    example: Any
    train_state: TrainState

    def with_state(self, train_state: TrainState) -> Fitted:
        """The same model with another state."""
        return dataclasses.replace(self, train_state=train_state)

    def saved_state(self) -> TrainState:
        """What of the state stands in checkpoints as arrays."""
        return self.train_state

    def copy_state(self) -> TrainState:
        """A copy that a training may consume."""
        return copy_arrays(self.train_state)

    def continue_from(self, former: Fitted) -> Fitted:
        """This model with the state of a fit before; its optimizer begins anew where it is another.

        Raises:
            ValueError: If that was another network.
        """
        now, was = self.describe(), former.describe()
        for key in ("model", "features"):
            if now[key] != was[key]:
                raise ValueError(
                    f"{key} must be that of the fit before with warm_start=True; got {now[key]} after {was[key]}. "
                    "Set warm_start=False to begin afresh."
                )
        state = former.copy_state()
        fresh = self.train_state.opt_state
        is_same = all(now[key] == was[key] for key in ("optimizer", "learning_rate"))
        is_same = is_same and leaf_paths(fresh) == leaf_paths(state.opt_state)
        return self.with_state(state if is_same else state._replace(opt_state=fresh))

    def open(self, features: Any, labels: Any, weights: Any, *, is_training: bool = False) -> Data:
        """Checks data against those of the fit.

        Raises:
            ValueError: If something is wrong with them, or their rows have another shape.
        """
        source = open_source(features, labels, weights)
        return open_data(source, self.reader.read, self.head, is_training=is_training)

    def predictions(self, features: Any) -> dict[str, np.ndarray]:
        """All that is predicted for each row, by name.

        Raises:
            ValueError: If the features are not like those of fit.
        """
        parts = [self._predict(arrays) for arrays in self._read_all(features)]
        return (
            parts[0] if len(parts) == 1 else {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        )

    def _read_all(self, features: Any) -> Iterator[Any]:
        """The features as arrays, all at once or batch by batch.

        Raises:
            ValueError: If there is none.
        """
        source = open_features(features)
        if isinstance(source, Rows):
            yield self.reader.read(source.features)
            return
        number = -1
        for number, rows in enumerate(source.read()):
            yield self.reader.read(rows.features, name=f"features of batch {number}")
        if number < 0:
            raise ValueError("input must give at least one batch; got none. Pass a fresh iterator.")

    def _predict(self, arrays: Any) -> dict[str, np.ndarray]:
        programs, state = self.training.programs, self.train_state
        size = self.training.config.eval_batch_size or ROWS
        block = jax.tree.map(lambda leaf: shape_struct((size, *leaf.shape[1:]), leaf.dtype), arrays)
        cost = programs.prediction_cost(state.params, state.state, block)
        return predict_rows(
            programs.predict,
            (state.params, state.state),
            arrays,
            block_rows=size,
            output_bytes=cost.output_bytes,
            can_loop=cost.can_loop,
        )

    def for_export(self) -> tuple[Callable[..., dict[str, Any]], dict[str, Any]]:
        """``predict(params, state, features)``, and the ``params`` and ``state`` that it takes."""
        state = self.train_state
        return self.training.objective.predict, {"params": state.params, "state": state.state}

    def describe(self) -> dict[str, Any]:
        """What must be equal for the run in a model_dir to be continued, as plain JSON values."""
        training = self.training
        return {
            "model": describe(training.objective),
            "features": self.reader.describe(),
            "optimizer": describe(training.optimizer),
            "learning_rate": training.learning_rate,
            "seed": training.config.seed,
            "batch_size": training.config.batch_size,
            **described_options(training.config),
        }
