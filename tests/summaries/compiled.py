"""Skips the tests of a compiled member where it is not built, which in CI it must be."""

from __future__ import annotations

import os
import shutil

import pytest

from summaries.members import PARTS, find_compiled


def skip_unless_built(part: str) -> pytest.MarkDecorator:
    """A mark that skips, loudly; a member that CI could have built and has not is an error."""
    is_built = find_compiled()[part]
    if not is_built and os.environ.get("CI") and any(map(shutil.which, ("cc", "gcc", "clang"))):
        raise RuntimeError(f"summaries/_{part}.pyx must be built where a C compiler is; run pip install again.")
    return pytest.mark.skipif(
        not is_built, reason=f"THE COMPILED MEMBER IS NOT TESTED, {PARTS[part]}: install with a C compiler."
    )
