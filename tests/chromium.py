"""The Chromium that tests and benchmarks drive."""

from __future__ import annotations

import shutil

# The same engine without a window: half the price of a page.
WINDOWLESS = ("chromium-headless-shell",)
WHOLE = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find_chromium(*, whole: bool = False) -> str | None:
    """The path of an installed Chromium or Chrome, or None: the cheapest one, or as people have it if `whole`."""
    names = WHOLE + WINDOWLESS if whole else WINDOWLESS + WHOLE
    return next((found for name in names if (found := shutil.which(name))), None)
