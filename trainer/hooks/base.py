"""What a hook is: something that wants control between two training steps, and says when.

The loop runs many steps at once and stops only where a hook is due. A hook that is due rarely costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Protocol

import numpy as np

from trainer.counts import as_python
from trainer.dump import Dump
from trainer.protocols import TrainState


@dataclass(frozen=True)
class Steps:
    """The numbers of some steps in a row, on the host.

    Attributes:
        first_step: Number of the first, from 1.
        count: How many.
        metrics: ``(count,)`` float32 by tag: what is logged of every step.
        secs: How long they took.
        first_bad: The first of these steps that made a gradient or a param not finite, and its tag
            (``grads/dense_0/kernel``); None if none did.
    """

    first_step: int
    count: int
    metrics: dict[str, np.ndarray]
    secs: float
    first_bad: tuple[int, str] | None

    @property
    def last_step(self) -> int:
        """Number of the last."""
        return self.first_step + self.count - 1


class Context(Protocol):
    """What a hook sees of the loop while it stands still.

    Attributes:
        step: Number of steps done.
        last_step: Where the training ends; None at the end of the data.
        train_state: Params and the rest after that step. The next step reuses its memory: copy what is kept. It may be
            replaced in `Hook.end`.
        writer: The `SummaryWriter` of the run, or None without a model_dir.
        tags: Paths of the params that are trained, ``dense_0/kernel``, in the order of ``jax.tree.leaves``.
        error: The exception that ended the training, or None.
    """

    step: int
    last_step: int | None
    train_state: TrainState
    writer: Any
    tags: tuple[str, ...]
    error: BaseException | None

    def evaluate(self) -> dict[str, float]:
        """Returns the metrics on the validation data, empty if there are none; computed once a state."""

    def dump(self) -> Dump:
        """Returns the histograms of all params, and of what the next step computes; see `trainer.dump`."""

    def settle(self) -> None:
        """Waits for the steps that still run, and tells the hooks of them."""

    def step_graph(self) -> Any:
        """Returns the ``GraphDef`` of one training step."""

    def compiled_step(self) -> Any:
        """Returns JAX's compiled program that does the steps."""

    def stop(self, reason: str) -> None:
        """Ends the training after the hooks of this step."""


class Hook:
    """Base of all hooks; each method may be left out."""

    def begin(self, context: Context) -> None:
        """Called before the first step; the training program may still be compiling."""

    def next_step(self, step: int) -> int | None:
        """Returns the first step after `step` at which `run` is to be called; None for never."""
        del step
        return None

    def run(self, context: Context) -> None:
        """Called at the step that `next_step` named."""

    def after_chunk(self, context: Context, steps: Steps) -> None:
        """Called about every 100 ms with the numbers of the steps since; the next ones may be running already."""

    def end(self, context: Context) -> None:
        """Called once after the last step, also when an exception ended the training."""


def next_multiple(step: int, interval: int | None) -> int | None:
    """The first multiple of `interval` after `step`; None without an interval."""
    return None if interval is None else (step // interval + 1) * interval


def has_hook(kind: type[Hook], hooks: Sequence[Hook]) -> bool:
    """Whether one of the hooks is of this kind."""
    return any(isinstance(hook, kind) for hook in hooks)


def find_due(hook: Hook, step: int) -> int | None:
    """Asks a hook when it is due next.

    Raises:
        ValueError: If that is no step after this one: it would never come.
    """
    due: Any = hook.next_step(step)
    number = as_python(due)
    if number is None or (isinstance(number, Integral) and int(number) > step):
        return None if number is None else int(number)
    raise ValueError(
        f"next_step({step}) of {type(hook).__name__} must return an integer above {step}, or None; got {due!r}. "
        "Return hooks.next_multiple(step, interval), for example."
    )
