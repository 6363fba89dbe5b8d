"""Which parts of this package run compiled: each has a portable member beside it, which does the same, slower.

The compiled members are built where the package is installed with a C compiler, or come with a wheel.

Synopsis:
    >>> sorted(find_compiled())
    ['counts', 'scan']
"""

from __future__ import annotations

from importlib import import_module

PARTS = {"counts": "counting the values of histograms", "scan": "reading event files"}
"""What each part does, by the end of its extension's name."""


def find_compiled() -> dict[str, bool]:
    """Whether each of `PARTS` runs compiled."""
    return {part: _can_import(f"summaries._{part}") for part in PARTS}


def _can_import(module: str) -> bool:
    try:
        import_module(module)
    except ImportError:  # not built, or built for another Python
        return False
    return True
