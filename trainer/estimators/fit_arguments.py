"""Checks of what `fit` is told beside its data, before the first step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trainer.counts import check_count
from trainer.estimators.data import Data, split_validation
from trainer.estimators.fitted import Fitted
from trainer.hooks import EarlyStoppingHook, EvaluationHook, Hook

_THESE = "This is validation_data, (X, y) or batches."


def check_fit_arguments(steps: Any, epochs: Any, hooks: Any, validation_data: Any) -> None:
    """Refuses lengths that are no counts, and hooks that are none or would have nothing to do.

    Raises:
        ValueError: If a length is not a positive integer, or there is an `EvaluationHook` without validation data.
        TypeError: If `hooks` is not a list of hooks.
    """
    for name, value in (("steps", steps), ("epochs", epochs)):
        if value is not None:
            check_count(name, value)
    for hook in _as_list(hooks):
        if not isinstance(hook, Hook):
            fix = f"Make one: {hook.__name__}(…)" if isinstance(hook, type) else "Derive it from hooks.Hook"
            raise TypeError(f"hooks must be instances of hooks.Hook; got {hook!r}. {fix}.")
        if isinstance(hook, EvaluationHook) and validation_data is None:
            raise ValueError(
                "validation_data must be given with an EvaluationHook; got None. "
                "Pass validation_data=(X, y) to fit, or use train_and_evaluate."
            )


def tell_interval(hooks: Sequence[Hook], eval_interval: int) -> None:
    """Tells hooks that look at evaluations when these are: as the user's own hook has it, or else the config."""
    interval = next((hook.interval for hook in hooks if isinstance(hook, EvaluationHook)), eval_interval)
    for hook in hooks:
        if isinstance(hook, EarlyStoppingHook):
            hook.follow(interval)


def open_validation(fitted: Fitted, validation_data: Any) -> Data | None:
    """Checks the validation data against the data of the fit; None without any.

    Raises:
        ValueError: If something is wrong with them; the message, or a note of the error, says that it is these.
        TypeError: If they are nothing that can be evaluated; likewise.
    """
    if validation_data is None:
        return None
    try:
        return fitted.open(*split_validation(validation_data))
    except (TypeError, ValueError) as error:
        if type(error) not in (TypeError, ValueError):  # another class has fields, as the place of a file's damage
            error.add_note(_THESE)
            raise
        raise type(error)(f"{error} {_THESE}") from error


def _as_list(hooks: Any) -> list[Any]:
    if not isinstance(hooks, list | tuple):
        raise TypeError(f"hooks must be a list of hooks; got {hooks!r}. Pass hooks=[…].")
    return list(hooks)
