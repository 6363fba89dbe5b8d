"""What holds for all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def user_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Has boards that tests start keep their indexes where the tests' files lie."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", os.fspath(tmp_path_factory.mktemp("cache")))
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs the browser's tests last.

    Once Playwright has started, the thread that runs the tests has an event loop going for good: another `asyncio.run`
    is refused in it, and Python 3.11's parser loses count of its recursion.
    """
    items.sort(key=lambda item: "browser" in item.path.parts)
