"""What holds for all tests."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs the browser's tests last.

    Once Playwright has started, the thread that runs the tests has an event loop going for good: another `asyncio.run`
    is refused in it, and Python 3.11's parser loses count of its recursion.
    """
    items.sort(key=lambda item: "browser" in item.path.parts)
