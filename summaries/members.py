"""Which parts of this package run compiled: each has a portable member beside it, which does the same, slower.

The compiled members are built where the package is installed with a C compiler, or come with a wheel.

Synopsis:
    >>> sorted(find_compiled())
    ['counts', 'scan']
"""

from __future__ import annotations

import warnings
from functools import cache
from importlib import import_module
from types import ModuleType

PARTS = {"counts": "counting the values of histograms", "scan": "reading event files"}
"""What each part does, by the end of its extension's name."""
INTERFACE = 1
"""Grows with what this package and its compiled members expect of each other, in both; see `load_member`."""


def find_compiled() -> dict[str, bool]:
    """Whether each of `PARTS` runs compiled."""
    return {part: find_member(part) is not None for part in PARTS}


def find_member(part: str) -> ModuleType | None:
    """The compiled member of a part; None where it was not built."""
    return load_member(f"summaries._{part}", INTERFACE)


@cache
def load_member(name: str, interface: int) -> ModuleType | None:
    """A compiled module; None where it was not built.

    One that was built from other sources, as stays behind in a checkout that was updated, is not used; that is warned
    of.

    Args:
        name: The module, by its full name.
        interface: What its `INTERFACE` must be.
    """
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name == name:  # not built, or built for another Python
            return None
        reason = str(error)
    except ImportError as error:
        reason = str(error)
    else:
        found = getattr(module, "INTERFACE", 0)
        if found == interface:
            return module
        reason = f"its interface is {found}, and {interface} is needed"
    _warn(name, reason)
    return None


def _warn(name: str, reason: str) -> None:
    consequence = "Continuing with the portable one, which is slower"
    advice = "Build it anew by installing the package again, or by: python setup.py build_ext --inplace"
    message = f"Could not use {name}, which was built from other sources: {reason}. {consequence}. {advice}."
    warnings.warn(message, RuntimeWarning, stacklevel=2)
