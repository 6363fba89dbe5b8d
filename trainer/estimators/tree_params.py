"""LightGBM's parameters for a head, and which of them the estimator alone sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.heads import Head

# What to set instead, with LightGBM's names for it.
OWN: Mapping[str, tuple[str, ...]] = {
    "learning_rate=": ("learning_rate", "eta", "shrinkage_rate"),
    "num_leaves=": ("num_leaves", "num_leaf", "max_leaves", "max_leaf", "max_leaf_nodes"),
    "max_depth=": ("max_depth",),
    "min_rows_in_leaf=": (
        "min_data_in_leaf",
        "min_data",
        "min_data_per_leaf",
        "min_child_samples",
        "min_samples_leaf",
    ),
    "l1=": ("lambda_l1", "l1_regularization", "reg_alpha"),
    "l2=": ("lambda_l2", "lambda", "l2_regularization", "reg_lambda"),
    "random_state=": ("seed", "random_seed", "random_state"),
    "steps=": (
        "num_iterations",
        "max_iter",
        "n_estimators",
        "n_iter",
        "nrounds",
        "num_boost_round",
        "num_iteration",
        "num_round",
        "num_rounds",
        "num_tree",
        "num_trees",
    ),
    "n_classes=": ("num_class", "num_classes"),
    "hooks=[EarlyStoppingHook()] in fit": (
        "early_stopping_round",
        "early_stopping",
        "early_stopping_rounds",
        "n_iter_no_change",
    ),
    "validation_data= in fit": ("metric", "metrics", "metric_types"),
    "feature_columns= with indicator_column": (
        "categorical_feature",
        "cat_feature",
        "cat_column",
        "categorical_column",
        "categorical_features",
    ),
    "labels in the unit of the predictions": ("reg_sqrt", "sigmoid"),
}
_INSTEAD = {name: instead for instead, names in OWN.items() for name in names}
OBJECTIVE_NAMES = ("objective", "objective_type", "app", "application", "loss")
BOOSTING_NAMES = ("boosting", "boosting_type", "boost")

# Those whose sums of leaves are what the head takes for logits; others need another link.
_NUMBERS = (
    "regression",
    "regression_l2",
    "l2",
    "mse",
    "mean_squared_error",
    "regression_l1",
    "l1",
    "mae",
    "mean_absolute_error",
    "huber",
    "fair",
    "quantile",
    "mape",
    "mean_absolute_percentage_error",
)
_TWO_CLASSES = ("binary", "cross_entropy", "xentropy")
_CLASSES = ("multiclass", "softmax")


def head_params(head: Head) -> dict[str, Any]:
    """LightGBM's objective, and its metric that is the head's loss."""
    if head.classes is None:
        return {"objective": "regression", "metric": "l2"}
    if head.logits_dimension == 1:
        return {"objective": "binary", "metric": "binary_logloss"}
    return {"objective": "multiclass", "metric": "multi_logloss", "num_class": head.logits_dimension}


def checked_params(given: Mapping[str, Any] | None, head: Head) -> dict[str, Any]:
    """What the user passes to LightGBM, by its names; the objective under its first name.

    Raises:
        ValueError: If something in it is set by the estimator, or the objective does not give what the head takes.
    """
    params = dict(given or {})
    for name in params:
        if name in _INSTEAD:
            raise ValueError(
                f"lightgbm_params must leave to the estimator what it sets; got {name!r}. Use {_INSTEAD[name]}."
            )
    objectives = [params.pop(name) for name in OBJECTIVE_NAMES if name in params]
    if not objectives:
        return params
    allowed = _NUMBERS if head.classes is None else _TWO_CLASSES if head.logits_dimension == 1 else _CLASSES
    if len(objectives) > 1 or objectives[0] not in allowed:
        raise ValueError(
            f"objective in lightgbm_params must be one of {', '.join(allowed)} for {type(head).__name__}; "
            f"got {', '.join(map(repr, objectives))}. The predictions of others need another link."
        )
    return {**params, "objective": objectives[0]}
