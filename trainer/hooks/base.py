"""What a hook is: something that wants control between two training steps, and says when.

The loop runs many steps at once and stops only where a hook is due. A hook that is due rarely costs nothing.
"""

from __future__ import annotations

from typing import Any, Protocol

from trainer.protocols import Array, TrainState


class Context(Protocol):
    """What a hook sees of the loop while it stands still.

    Attributes:
        step: Number of steps done.
        train_state: Params and the rest after that step. The next step reuses its memory: copy what is kept.
        writer: The `SummaryWriter` of the run, or None without a model_dir.
        tags: Paths of the params, ``dense_0/kernel``, in the order of ``jax.tree.leaves``.
        error: The exception that ended the training, or None.
    """

    step: int
    train_state: TrainState
    writer: Any
    tags: tuple[str, ...]
    error: BaseException | None

    def evaluate(self) -> dict[str, float]:
        """Returns the metrics on the validation data, empty if there are none; computed once a step."""

    def dump(self) -> tuple[Array, Array]:
        """Returns the histograms of all params and of the gradients of the next step; see `trainer.histograms`."""

    def step_graph(self) -> Any:
        """Returns the ``GraphDef`` of one training step."""

    def stop(self, reason: str) -> None:
        """Ends the training after the hooks of this step."""


class Hook:
    """Base of all hooks; each method may be left out."""

    def begin(self, context: Context) -> None:
        """Called before the first step, with everything compiled."""

    def next_step(self, step: int) -> int | None:
        """Returns the first step after `step` at which `run` is to be called; None for never."""
        del step
        return None

    def run(self, context: Context) -> None:
        """Called at the step that `next_step` named."""

    def after_chunk(self, context: Context) -> None:
        """Called after each chunk of steps, about every 100 ms; for what is due by the clock."""

    def end(self, context: Context) -> None:
        """Called once after the last step, also when an exception ended the training."""


def next_multiple(step: int, interval: int | None) -> int | None:
    """The first multiple of `interval` after `step`; None without an interval."""
    return None if interval is None else (step // interval + 1) * interval
