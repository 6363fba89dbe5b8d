"""A TensorFlow 1.0 ``model_fn``, as something that can be trained."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp

from trainer.estimators.spec import EstimatorSpec
from trainer.layers import build
from trainer.layers.weights import trainable_mask
from trainer.metrics import Mean
from trainer.protocols import Array, Batch, Metric, Mode, Params, State


@dataclass(frozen=True)
class ModelFnObjective:
    """Calls a ``model_fn`` inside a build context.

    Attributes:
        model_fn: ``(features, labels, mode, params) -> EstimatorSpec``; the last two may be left out.
        hyperparams_key: What tells two sets of hyperparameters apart.
        hyperparams: The ``params`` argument; as TensorFlow does, an empty dict is passed for None.
    """

    model_fn: Callable[..., EstimatorSpec]
    hyperparams_key: Any = field(repr=False)
    hyperparams: Any = field(compare=False)

    # The loss is the user's own mean over the rows it sees, so rows that only fill the shape would count.
    pads_batches = False

    def init(self, key: Array, batch: Batch) -> tuple[Params, State]:
        """Makes params and state by one pass in training mode."""
        _, params, state = self._run({}, {}, batch, Mode.TRAIN, key=key, is_initialising=True)
        return params, state

    def loss(self, params: Params, state: State, batch: Batch, key: Array) -> tuple[Array, State]:
        """The spec's loss in training mode, and the new state.

        Raises:
            ValueError: If the spec has no scalar loss.
        """
        spec, _, state = self._run(params, state, batch, Mode.TRAIN, key=key)
        return _scalar_loss(spec), state

    def trainable(self, params: Params, patterns: Sequence[str] | None) -> Any:
        """By the patterns alone."""
        return trainable_mask(None, params, patterns)

    def constrain(self, params: Params) -> Params:
        """As they are."""
        return params

    def metrics(self, params: Params, state: State, batch: Batch) -> Mapping[str, Metric]:
        """The spec's loss and eval_metrics in evaluation mode.

        Raises:
            ValueError: If the spec has no scalar loss.
        """
        spec, _, _ = self._run(params, state, batch, Mode.EVAL, key=None)
        num_rows = jnp.sum(batch.weights)
        values = {"loss": _scalar_loss(spec), **(spec.eval_metrics or {})}
        return {
            name: value if hasattr(value, "compute") else Mean(jnp.asarray(value) * num_rows, num_rows)
            for name, value in values.items()
        }

    def predict(self, params: Params, state: State, features: Any) -> dict[str, Array]:
        """The spec's predictions in prediction mode; a single array is called ``predictions``.

        Raises:
            ValueError: If the spec has none.
        """
        spec, _, _ = self._run(params, state, Batch(features, None, None), Mode.PREDICT, key=None)
        if spec.predictions is None:
            raise ValueError("predictions of the EstimatorSpec must be given in mode 'predict'; got None. Return them.")
        return dict(spec.predictions) if isinstance(spec.predictions, Mapping) else {"predictions": spec.predictions}

    def find_optimizer(self, batch: Batch) -> Any:
        """The optimizer that the spec names in training mode, or None; nothing is computed.

        Args:
            batch: Arrays, or shapes of arrays.
        """
        found: list[Any] = []

        def run(batch: Batch) -> None:
            key = jax.random.key(0)
            found.append(self._run({}, {}, batch, Mode.TRAIN, key=key, is_initialising=True)[0].optimizer)

        jax.eval_shape(run, batch)
        return found[0]

    def _run(
        self,
        params: Params,
        state: State,
        batch: Batch,
        mode: Mode,
        *,
        key: Array | None,
        is_initialising: bool = False,
    ) -> tuple[EstimatorSpec, Params, State]:
        hyperparams = {} if self.hyperparams is None else self.hyperparams
        arguments = _accepted(self.model_fn, {"mode": mode, "params": hyperparams})
        spec, params, state = build.run(
            lambda: self.model_fn(batch.features, batch.labels, **arguments),
            params,
            state,
            key=key,
            training=mode is Mode.TRAIN,
            is_initialising=is_initialising,
        )
        if not isinstance(spec, EstimatorSpec):
            raise TypeError(
                f"model_fn must return an EstimatorSpec; got {type(spec).__name__}. Return EstimatorSpec(…)."
            )
        return spec, params, state


def make_model_fn_objective(model_fn: Callable[..., EstimatorSpec], hyperparams: Any) -> ModelFnObjective:
    """Wraps a ``model_fn``; equal plain hyperparameters make equal objectives.

    Raises:
        TypeError: If it takes other arguments.
    """
    _check_arguments(model_fn)
    return ModelFnObjective(model_fn, _key_of(hyperparams), hyperparams)


def _check_arguments(model_fn: Callable[..., EstimatorSpec]) -> None:
    try:
        inspect.signature(model_fn).bind(None, None, **_accepted(model_fn, {"mode": None, "params": None}))
    except TypeError as error:
        raise TypeError(
            f"arguments of model_fn must be features, labels, and if need be mode and params; got {error}. "
            "Put what else it needs into params."
        ) from error


def _key_of(value: Any) -> Any:
    """A hashable that is equal for equal plain values; other objects are only equal to themselves."""
    if value is None or isinstance(value, str | int | float | bool):
        return type(value).__name__, value
    if isinstance(value, list | tuple):
        return tuple(_key_of(item) for item in value)
    if isinstance(value, Mapping):
        return tuple(sorted((str(key), _key_of(item)) for key, item in value.items()))
    return id(value)


def _accepted(function: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    return {name: value for name, value in arguments.items() if takes_all or name in parameters}


def _scalar_loss(spec: EstimatorSpec) -> Array:
    if spec.loss is None or jnp.shape(spec.loss) != ():
        got = "None" if spec.loss is None else f"shape {jnp.shape(spec.loss)}"
        raise ValueError(
            f"loss of the EstimatorSpec must be a scalar in mode {spec.mode!s}; got {got}. Return the mean."
        )
    return jnp.asarray(spec.loss)
