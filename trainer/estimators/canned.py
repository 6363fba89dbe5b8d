"""What canned estimators share: their common arguments, their heads, and labels as scikit-learn's users give them."""

from __future__ import annotations

import dataclasses
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np

from trainer.counts import as_python
from trainer.estimators.base import BaseEstimator
from trainer.estimators.probabilities import ClassProbabilities
from trainer.heads import BinaryHead, Head, MultiClassHead, RegressionHead
from trainer.heads.class_weights import ClassWeight
from trainer.run_config import ResolvedConfig, RunConfig, resolve


@dataclass(eq=False, repr=False, kw_only=True)
class Canned(BaseEstimator):
    """The arguments of all canned estimators. A member is a dataclass of its arguments.

    Attributes:
        steps: Steps of a ``fit`` that names none; None takes the config's.
        random_state: Seed; None takes the config's.
        model_dir: As for `Estimator`.
        warm_start: As for `Estimator`.
        config: As for `Estimator`.
    """

    steps: int | None = None
    random_state: int | None = None
    model_dir: str | os.PathLike[str] | None = None
    warm_start: bool = False
    config: RunConfig | None = None

    # What stands for None in the config, by field, where it is not the usual.
    USUAL: ClassVar[Mapping[str, Any]] = {}

    def _make_config(self) -> ResolvedConfig:
        given: dict[str, Any] = {
            "batch_size": getattr(self, "batch_size", None),
            "steps": self.steps,
            "seed": None if self.random_state is None else _as_seed(self.random_state),
        }
        config = resolve(self.config, self.USUAL)
        return dataclasses.replace(config, **{name: value for name, value in given.items() if value is not None})


@dataclass(eq=False, repr=False, kw_only=True)
class Classifier(Canned, ClassProbabilities):
    """A canned estimator of one of several classes.

    Attributes:
        n_classes: Number of classes; None takes those that occur in `y`. Needed with an iterable of batches.
        label_vocabulary: The labels in the order of the classes; None takes those in `y`, or 0 … n_classes - 1.
        class_weight: How much rows count while training, by their label (1 where it is not named); ``balanced`` gives
            all classes the same sum.
    """

    n_classes: int | None = None
    label_vocabulary: Sequence[Any] | None = None
    class_weight: ClassWeight = None

    _all_classes: ClassVar[Any] = None  # those of the first partial_fit, while it runs

    def partial_fit(
        self,
        X: Any,  # noqa: N803 - scikit-learn's name
        y: Any = None,
        sample_weight: Any = None,
        *,
        classes: Any = None,
        **options: Any,
    ) -> Self:
        """Trains on: so many steps more, or one pass over the data.

        Args:
            X: As in `fit`.
            y: As in `fit`.
            sample_weight: As in `fit`.
            classes: All labels, for the first call, whose `y` may not hold all.
            options: As in `fit`.

        Raises:
            ValueError: As in `fit`, or if a later call names other classes.
        """
        if classes is None:
            return super().partial_fit(X, y, sample_weight, **options)
        named = tuple(np.unique(np.asarray(classes)).tolist())
        known = set(named) if self._fitted is None else set(np.asarray(self.classes_).tolist())
        if set(named) != known:
            raise ValueError(
                f"classes must be those of the fit before, {sorted(known)!r}; got {list(named)!r}. "
                "Leave classes out, or begin with a new estimator."
            )
        self.__dict__["_all_classes"] = named
        try:
            return super().partial_fit(X, y, sample_weight, **options)
        finally:
            del self.__dict__["_all_classes"]

    def _estimator_type_name(self) -> str:
        return "classifier"

    def _make_head(self, labels: Any) -> Head:
        vocabulary = self._vocabulary(labels)
        if len(vocabulary) < 2:
            number = "1 class" if vocabulary else "0 classes"
            raise ValueError(
                f"y must hold at least 2 classes; got {number}, {vocabulary!r}. Pass labels of all classes."
            )
        if len(vocabulary) == 2:
            return BinaryHead(vocabulary, self.class_weight)
        return MultiClassHead(len(vocabulary), vocabulary, self.class_weight)

    def _vocabulary(self, labels: Any) -> tuple[Any, ...]:
        array = None if labels is None else as_vector(labels)
        for name, given in (("label_vocabulary", self.label_vocabulary), ("classes", self._all_classes)):
            if given is not None:
                return self._check_number(name, tuple(given.tolist() if isinstance(given, np.ndarray) else given))
        if self.n_classes is not None and (array is None or array.dtype.kind in "iub"):
            return tuple(range(self.n_classes))
        if array is None:
            raise ValueError(
                "n_classes must be given with an iterable of batches, and y with arrays; got None (fit requires y to "
                "be passed, but the target y is None). Pass n_classes=, or one label a row."
            )
        return self._classes_in(array)

    def _check_number(self, name: str, labels: tuple[Any, ...]) -> tuple[Any, ...]:
        if self.n_classes is not None and len(labels) != self.n_classes:
            raise ValueError(
                f"{name} must hold n_classes={self.n_classes} labels; got {len(labels)}, {labels!r}. "
                "Leave n_classes out."
            )
        return labels

    def _classes_in(self, labels: np.ndarray) -> tuple[Any, ...]:
        if labels.dtype.kind == "f" and not (np.isfinite(labels).all() and (labels == np.round(labels)).all()):
            name = type(self).__name__.replace("Classifier", "Regressor")
            raise ValueError(
                "y must hold class labels; got numbers with fractions or NaN (Unknown label type: continuous). "
                f"Use {name}, or drop such rows."
            )
        vocabulary = _different(labels)
        if self.n_classes is not None and len(vocabulary) != self.n_classes:
            raise ValueError(
                f"y must hold n_classes={self.n_classes} different labels; got {len(vocabulary)}. "
                "Pass label_vocabulary= if some classes do not occur."
            )
        return vocabulary


@dataclass(eq=False, repr=False, kw_only=True)
class Regressor(Canned):
    """A canned estimator of numbers.

    Attributes:
        label_dimension: How many numbers are predicted for each row; None takes the shape of `y`.
    """

    label_dimension: int | None = None

    def _estimator_type_name(self) -> str:
        return "regressor"

    def _make_head(self, labels: Any) -> Head:
        if self.label_dimension is not None or labels is None:
            return RegressionHead(self.label_dimension or 1)
        shape = as_vector(labels).shape
        return RegressionHead(shape[1] if len(shape) == 2 else 1)


def _as_seed(random_state: Any) -> int:
    """A seed that can be told again, since a run is continued by it."""
    seed = as_python(random_state)
    if isinstance(seed, bool) or not isinstance(seed, Integral):
        raise ValueError(
            f"random_state must be an integer or None; got {random_state!r}. "
            "Draw one from a generator, as generator.integers(2**31)."
        )
    return int(seed)


def _different(labels: np.ndarray) -> tuple[Any, ...]:
    try:
        return tuple(np.unique(labels).tolist())
    except TypeError as error:  # without an order
        values = labels.tolist()
        row = next((row for row, value in enumerate(values) if type(value) is not type(values[0])), 0)
        raise ValueError(
            f"y must hold labels of one kind, texts or numbers; got {values[0]!r} in row 0 and {values[row]!r} in row "
            f"{row}. Drop rows without a label, or make all texts."
        ) from error


def as_vector(labels: Any) -> np.ndarray:
    """The labels as an array; a column becomes a vector, with the warning that scikit-learn gives."""
    array = np.asarray(labels)
    if array.ndim != 2 or array.shape[1] != 1:
        return array
    module: Any = sys.modules.get("sklearn.exceptions")
    category = UserWarning if module is None else module.DataConversionWarning
    text = "A column-vector y was passed when a 1d array was expected. Pass y.ravel(), or label_dimension=1."
    warnings.warn(text, category, stacklevel=4)
    return array[:, 0]
