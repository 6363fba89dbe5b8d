"""What `RunConfig` says on the training step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StepOptions:
    """How a step is computed; hashable, so that compiled programs are shared. See `trainer.run_config.RunConfig`."""

    accumulation_steps: int = 1
    clip_norm: float | None = None
    clip_value: float | None = None
    loss_scale: float | str | None = None
    remat: bool = False
    trainable: tuple[str, ...] | None = None
