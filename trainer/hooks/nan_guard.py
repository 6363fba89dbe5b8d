"""Ending a training that computes nothing any more."""

from __future__ import annotations

import numpy as np

from trainer.hooks.base import Context, Hook, Steps


class NonFiniteError(ArithmeticError):
    """A training computed NaN or infinity.

    Attributes:
        step: The first step that did.
        tag: What was not finite: ``loss``, ``grads/dense_0/kernel``, ``params/dense_0/kernel``.
    """

    def __init__(self, message: str, step: int, tag: str) -> None:
        super().__init__(message)
        self.step = step
        self.tag = tag


class NanGuardHook(Hook):
    """Ends the training with `NonFiniteError` where the loss, a gradient or an update is not finite.

    It costs no step anything: the compiled program notes which tensor was the first. No checkpoint is saved of such a
    state, so the last one is from before.
    """

    def after_chunk(self, context: Context, steps: Steps) -> None:
        """Looks at all steps.

        Raises:
            NonFiniteError: If a value is not finite.
        """
        found = self._find(steps)
        if found is None:
            return
        step, tag = found
        loss = float(steps.metrics["loss"][step - steps.first_step])
        advice = "Lower the learning rate or set RunConfig(clip_norm=1.0)"
        if step == 1 and tag == "loss":  # nothing was learned yet
            advice = "Look for a logarithm or a quotient of 0, or ids beyond the input_dim of an Embedding"
        raise NonFiniteError(
            f"{tag} must be finite; got NaN or infinity at step {step}, where the loss was {loss:.6g}. "
            f"{advice}; RunConfig(nan_guard=False) trains on.",
            step,
            tag,
        )

    def _find(self, steps: Steps) -> tuple[int, str] | None:
        bad = np.flatnonzero(~np.isfinite(steps.metrics["loss"]))
        bad_loss = (steps.first_step + int(bad[0]), "loss") if len(bad) else None
        found = [place for place in (bad_loss, steps.first_bad) if place is not None]
        return min(found, key=lambda place: place[0], default=None)
