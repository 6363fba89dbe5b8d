"""The estimator for any network or ``model_fn``."""

from __future__ import annotations

import os
from typing import Any

from trainer.estimators.model_fn_objective import make_model_fn_objective
from trainer.estimators.network_objective import EvalMetricsFn, NetworkObjective
from trainer.estimators.probabilities import ClassProbabilities
from trainer.estimators.warm_start import WarmStart
from trainer.heads import Head, MultiHead
from trainer.interop import as_network
from trainer.optimizers import OptimizerLike, Schedule
from trainer.protocols import Network, Objective
from trainer.run_config import RunConfig


class Estimator(ClassProbabilities):
    """Trains a network with a head, or a ``model_fn``, and predicts with it.

    Args:
        network_or_model_fn: Anything with ``init`` and ``apply`` (`trainer.protocols.Network`), a model of Keras, Flax
            NNX or Equinox, or a function ``(features, labels, mode, params) -> EstimatorSpec``.
        head: From logits to loss and predictions; needed with a network.
        optimizer: Name of an Optax optimizer, function from ``learning_rate`` to one, or a ready transformation.
        learning_rate: Number or schedule; None takes the optimizer's usual one. With a ready transformation it is for
            the log only.
        model_dir: Folder of the run: event files, checkpoints, ``run.json``. None writes no file.
        params: Hyperparameters for the ``model_fn``.
        config: The rest; None takes `RunConfig`'s defaults.
        eval_metrics: More metrics beside those of the head, ``(labels, predictions, weights) -> dict`` of
            `trainer.metrics`: encoded labels and predictions of a batch as the head makes them.
        warm_start: Whether ``fit`` goes on from the last one instead of starting afresh.
        warm_start_from: A model_dir, checkpoint or export whose weights a fresh training begins with, or
            `WarmStartSettings` that choose some of them.
    """

    def __init__(
        self,
        network_or_model_fn: Any,
        *,
        head: Head | None = None,
        optimizer: OptimizerLike = "adam",
        learning_rate: float | Schedule | None = None,
        model_dir: str | os.PathLike[str] | None = None,
        params: Any = None,
        config: RunConfig | None = None,
        eval_metrics: EvalMetricsFn | None = None,
        warm_start: bool = False,
        warm_start_from: WarmStart | None = None,
    ) -> None:
        self.network_or_model_fn = network_or_model_fn
        self.head = head
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.model_dir = model_dir
        self.params = params
        self.config = config
        self.eval_metrics = eval_metrics
        self.warm_start = warm_start
        self.warm_start_from = warm_start_from

    def _estimator_type_name(self) -> str | None:
        if self.head is None or isinstance(self.head, MultiHead):
            return None
        return "regressor" if self.head.classes is None else "classifier"

    def _make_head(self, labels: Any) -> Head | None:
        del labels
        _check_model(self.network_or_model_fn)
        is_network = isinstance(as_network(self.network_or_model_fn), Network)
        if is_network and self.head is None:
            raise ValueError(
                "head must be given with a network; got None. Pass for example head=heads.MultiClassHead(n_classes=3)."
            )
        if not is_network and self.head is not None:
            raise ValueError(
                f"head must be None with a model_fn, which makes its own loss; got {self.head!r}. Leave it out."
            )
        if self.head is not None and (isinstance(self.head, type) or not hasattr(self.head, "encode_labels")):
            raise TypeError(
                f"head must be one of trainer.heads; got {self.head!r}. Pass for example heads.BinaryHead()."
            )
        return self.head

    def _make_objective(self, head: Head | None) -> Objective:
        if self.eval_metrics is not None and not callable(self.eval_metrics):
            raise TypeError(
                "eval_metrics must be a function (labels, predictions, weights) -> metrics by name; "
                f"got {self.eval_metrics!r}. Pass one."
            )
        if head is not None:
            return NetworkObjective(as_network(self.network_or_model_fn), head, self.eval_metrics)
        if self.eval_metrics is not None:
            raise ValueError(
                "eval_metrics must be None with a model_fn; got a function. "
                "Return them in EstimatorSpec(eval_metrics=…)."
            )
        return make_model_fn_objective(self.network_or_model_fn, self.params)


def _check_model(given: Any) -> None:
    is_some = callable(given) or isinstance(as_network(given), Network)
    if isinstance(given, type) or not is_some:
        raise TypeError(
            f"network_or_model_fn must have init and apply, or be a function; got {given!r}. "
            "Pass layers.Sequential([…]) or a model_fn."
        )
