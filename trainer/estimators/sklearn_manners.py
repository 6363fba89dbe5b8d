"""scikit-learn's manners, by duck typing: nothing of scikit-learn is imported unless it asks."""

from __future__ import annotations

import contextlib
import difflib
import inspect
import itertools
import os
import sys
from pathlib import Path
from typing import Any, Self


class SklearnManners:
    """Parameters are the arguments of the constructor, kept unchanged under their own names."""

    def __new__(cls, *_: Any, **params: Any) -> Self:
        """Makes the estimator, unless an argument is misspelt.

        Raises:
            TypeError: If there is none of this name.
        """
        # What takes other names around it, as of an older version, is asked itself, not what functools.wraps made it.
        taken = inspect.signature(cls.__init__, follow_wrapped=False).parameters.values()
        if all(each.kind is not each.VAR_KEYWORD for each in taken):
            known = list(cls._param_defaults())
            for name in params:
                if name not in known:
                    raise TypeError(f"arguments of {cls.__name__} must be among {_say_known(name, known)}")
        return super().__new__(cls)

    @classmethod
    def _param_defaults(cls) -> dict[str, Any]:
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        return {parameter.name: parameter.default for parameter in parameters}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Returns the constructor's arguments by name."""
        del deep
        return {name: getattr(self, name) for name in self._param_defaults()}

    def set_params(self, **params: Any) -> Self:
        """Changes arguments of the constructor; the next fit uses them.

        Raises:
            ValueError: If there is no such argument.
        """
        known = self._param_defaults()
        for name, value in params.items():
            if name not in known:
                raise ValueError(f"params must be among {_say_known(name, list(known))}")
            setattr(self, name, value)
        return self

    _is_trial: bool = False  # of a search, which clones what it is given
    _trial_dir: Path | None = None

    def __sklearn_clone__(self) -> Self:
        from sklearn.base import clone

        copy = type(self)(**{name: clone(value, safe=False) for name, value in self.get_params().items()})
        if getattr(self, "model_dir", None) is not None:
            copy._is_trial = True
        return copy

    def _run_dir(self, model_dir: str | os.PathLike[str]) -> str | os.PathLike[str]:
        """Where the run of this estimator lies: `model_dir`, or in it a folder for each clone."""
        if not self._is_trial:
            return model_dir
        if self._trial_dir is None or not self._has_run_dir(model_dir):
            self._trial_dir = _reserve(Path(model_dir))
        return self._trial_dir

    def _has_run_dir(self, model_dir: str | os.PathLike[str]) -> bool:
        """Whether `_run_dir` makes no folder: a clone has none before its first fit."""
        return not self._is_trial or (self._trial_dir is not None and self._trial_dir.parent == Path(model_dir))

    def __repr__(self) -> str:
        given = [
            f"{name}={getattr(self, name)!r}"
            for name, default in self._param_defaults().items()
            if getattr(self, name) is not default and repr(getattr(self, name)) != repr(default)
        ]
        return f"{type(self).__name__}({', '.join(given)})"

    _fitted: Any

    def __sklearn_is_fitted__(self) -> bool:
        return self._fitted is not None

    def _estimator_type_name(self) -> str | None:
        """``classifier``, ``regressor`` or None."""
        return None

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, RegressorTags, Tags, TargetTags

        kind = self._estimator_type_name()
        return Tags(
            estimator_type=kind,
            target_tags=TargetTags(required=True),
            transformer_tags=None,
            classifier_tags=ClassifierTags() if kind == "classifier" else None,
            regressor_tags=RegressorTags() if kind == "regressor" else None,
            input_tags=InputTags(),
        )


def _say_known(name: str, known: list[str]) -> str:
    """The rest of an error on a name that is none of the known."""
    close = difflib.get_close_matches(name, known, 1)
    meant = f"Perhaps {close[0]!r} was meant." if close else "Correct the name."
    return f"{', '.join(known)}; got {name!r}. {meant}"


def _reserve(folder: Path) -> Path:
    """Makes the first folder ``trial-<number>`` that is not there; safe among processes."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        trial = folder / f"trial-{number}"
        try:
            trial.mkdir()
        except FileExistsError:
            continue
        return trial
    raise AssertionError


class NotFittedError(ValueError, AttributeError):
    """Raised by what needs a fitted estimator."""


def not_fitted(estimator: Any, method: str) -> Exception:
    """The error for `method` before fit; scikit-learn's own class where that is loaded."""
    message = f"{type(estimator).__name__} must be fitted before {method}; got a fresh one. Call fit first."
    with contextlib.suppress(OSError, TypeError, ValueError):  # a run that cannot be read is no way out
        if estimator.latest_checkpoint() is not None:
            message += f" Or restore(X, y), which takes the run in {estimator.model_dir!s}."
    module: Any = sys.modules.get("sklearn.exceptions")
    error: Exception = (NotFittedError if module is None else module.NotFittedError)(message)
    return error
