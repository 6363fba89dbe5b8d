"""How programs are compiled: with which options of XLA, and in which thread."""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import jax
import numpy as np

_EMITTERS = "xla_cpu_use_fusion_emitters"
_LEVEL = "xla_backend_optimization_level"
# From so many numbers on drawing them takes a share of every fit that is seen, 50 ns each.
_MOST_DRAWN_SLOWLY = 1 << 18


@functools.cache
def quick_options() -> dict[str, Any]:
    """Options with which XLA compiles for a CPU in two thirds of the time; what runs seldom may be 10 % slower.

    Its operations come in an order that needs little memory at once, a third of it for histograms: what goes beyond 32
    MiB comes from the system page by page, which took as long as counting a million numbers. Empty where this XLA does
    not know the options, which are no part of JAX's interface.
    """
    options: dict[str, Any] = {
        _EMITTERS: False,
        "xla_cpu_scheduler_type": "CPU_SCHEDULER_TYPE_MEMORY_OPTIMIZED",
    }
    if jax.default_backend() != "cpu":
        return {}
    try:
        jax.jit(lambda number: number, compiler_options=options).lower(np.int32(0)).compile()
    except jax.errors.JaxRuntimeError:
        return {}
    return options


def counting_options() -> dict[str, Any]:
    """Those for what counts many numbers: of a million it takes 2.6 times as long in what is compiled quickly."""
    return {name: value for name, value in quick_options().items() if name != _EMITTERS}


def init_options(num_numbers: int) -> dict[str, Any]:
    """Those for what draws so many initial weights, once a fit.

    Not optimised it is compiled in 0.15 s; for many numbers a little in 0.3 s, and then takes 14 ns for each in place
    of 50. The usual way is 1.2 s, a quarter of a small program's whole start.
    """
    return {_LEVEL: 0 if num_numbers < _MOST_DRAWN_SLOWLY else 1, **quick_options()}


def in_thread(function: Callable[[], Any]) -> Future[Any]:
    """Calls it in a thread; XLA compiles without holding up others."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="trainer-compile")
    future = thread.submit(function)
    thread.shutdown(wait=False)
    return future
