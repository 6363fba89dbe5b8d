"""Hooks: what happens between steps.

>>> from trainer import hooks
>>> hooks.EvaluationHook(interval=50).next_step(50)
100
"""

from trainer.hooks.base import Context as Context
from trainer.hooks.base import Hook as Hook
from trainer.hooks.base import Steps as Steps
from trainer.hooks.base import next_multiple as next_multiple
from trainer.hooks.checkpoint import CheckpointHook as CheckpointHook
from trainer.hooks.convergence import ConvergenceHook as ConvergenceHook
from trainer.hooks.early_stopping import EarlyStoppingHook as EarlyStoppingHook
from trainer.hooks.evaluation import EvaluationHook as EvaluationHook
from trainer.hooks.nan_guard import NanGuardHook as NanGuardHook
from trainer.hooks.nan_guard import NonFiniteError as NonFiniteError
from trainer.hooks.profiler import ProfilerHook as ProfilerHook
from trainer.hooks.progress import LoggingHook as LoggingHook
from trainer.hooks.stop import StopAtStepHook as StopAtStepHook
from trainer.hooks.stop import StopHook as StopHook
from trainer.hooks.summaries import GraphHook as GraphHook
from trainer.hooks.summaries import SummaryHook as SummaryHook
from trainer.hooks.throttle import ThrottleHook as ThrottleHook
