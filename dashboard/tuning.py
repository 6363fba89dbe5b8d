"""How a process that serves for days keeps its memory small and its answers even."""

from __future__ import annotations

import ctypes
import gc

_M_ARENA_MAX = -8  # of glibc's malloc.h
_GC_THRESHOLDS = (20_000, 10, 10)


def use_one_heap() -> bool:
    """Has all threads take memory from one heap; call it before there are others. Returns whether the system can.

    glibc gives each thread a heap of its own, and columns that one thread read and another let go stay there as holes:
    over an hour of 3.6 million points that were 40 MB more. The interpreter's lock lets one thread work at a time, so
    they do not wait for each other.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_M_ARENA_MAX, 1) == 1


def put_collector_off() -> None:
    """Has the garbage collector wait for `rest_collector`.

    What a start imports and makes stays; looking through it again and again took an eighth of the start.
    """
    gc.disable()


def rest_collector() -> None:
    """Has the garbage collector pass over what is there already, and look less often at what comes.

    An answer with 1,000 curves makes so many objects that each second one waited for a look at all of them, the
    modules' too: 60 ms beside 55.
    """
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    gc.enable()
