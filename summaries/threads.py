"""A function in a thread of its own, with what comes of it.

Unlike those of ``concurrent.futures.ThreadPoolExecutor`` the thread is a daemon: a program ends without waiting for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")


def start_thread(function: Callable[[], Result], name: str) -> Future[Result]:
    """Calls `function` in a new thread.

    Args:
        function: What to call.
        name: Of the thread.

    Returns:
        What it will have returned or raised.
    """
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(function())
        except Exception as error:  # noqa: BLE001 - background thread: reappears in `future.result`
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future
