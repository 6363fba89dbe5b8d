"""Browsers as a server sees them: connections that are kept, requests that take turns on them, and news."""

from __future__ import annotations

import http.client
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import numpy as np
from websockets.sync.client import connect

from tests.benchmarks.servers import Server

CONNECTIONS = 6
"""What a browser opens to one host, for all of its tabs together (HTTP/1.1)."""


class Browser:
    """The connections of one browser to one server; tabs that find none free wait for one."""

    def __init__(self, server: Server) -> None:
        self._free: queue.LifoQueue[http.client.HTTPConnection] = queue.LifoQueue()
        for _ in range(CONNECTIONS):
            self._free.put(http.client.HTTPConnection(server.host, server.port, timeout=60))

    def get(self, path: str, **parameters: Any) -> bytes:
        """The body of an answer, which must be 200."""
        return self._ask("GET", f"{path}?{urlencode(parameters, doseq=True)}" if parameters else path)

    def post(self, path: str, body: str, content_type: str) -> bytes:
        """The body of an answer, which must be 200."""
        return self._ask("POST", path, body, {"content-type": content_type})

    def _ask(self, *request: Any) -> bytes:
        connection = self._free.get()
        try:
            try:
                answer, body = _ask(connection, *request)
            except ConnectionError:  # it rested for so long that the server closed it
                connection.close()
                answer, body = _ask(connection, *request)
        finally:
            self._free.put(connection)
        if answer.status != 200:
            raise RuntimeError(f"{request[1][:100]} must be answered 200; got {answer.status}: {body[:200]!r}.")
        return body

    def close(self) -> None:
        """Closes the connections."""
        while not self._free.empty():
            self._free.get().close()


def _ask(connection: http.client.HTTPConnection, *request: Any) -> tuple[http.client.HTTPResponse, bytes]:
    connection.request(*request)
    answer = connection.getresponse()
    return answer, answer.read()


def select(browser: Browser, runs: Sequence[str]) -> str:
    """The key of a selection of runs."""
    answer = browser.post("/data/selections", json.dumps({"runs": list(runs)}), "application/json")
    return str(json.loads(answer)["key"])


def ask_tensorboard(browser: Browser, tags: Sequence[str]) -> bytes:
    """What TensorBoard's page asks for to draw cards of some tags."""
    asked = json.dumps([{"plugin": "scalars", "tag": tag} for tag in tags])
    body = urlencode({"requests": asked})
    answer = browser.post("/data/plugin/timeseries/timeSeries", body, "application/x-www-form-urlencoded")
    if not all(one.get("runToSeries") for one in json.loads(answer)):
        raise RuntimeError(f"TensorBoard must know {tags}; got {answer[:200]!r}.")
    return answer


def wait_until_read(browser: Browser, num_runs: int) -> None:
    """Waits until a board has read its logdir."""
    while True:
        listed = json.loads(browser.get("/data/runs"))
        if not listed["is_reading"] and len(listed["runs"]) == num_runs:
            return
        time.sleep(0.05)


def wait_for_tensorboard(browser: Browser, runs: Sequence[str], num_tags: int) -> None:
    """Waits until TensorBoard has read a logdir of runs that all have so many scalars."""
    while True:
        tags = json.loads(browser.get("/data/plugin/timeseries/tags"))["scalars"]
        if all(len(tags["runTagInfo"].get(run, ())) == num_tags for run in runs):
            time.sleep(1)  # it tells of tags before all of their points are read
            return
        time.sleep(0.1)


def time_each(call: Callable[[int], object], repeats: int, warmups: int = 3) -> np.ndarray:
    """Milliseconds of each of several calls, which are given their number."""
    times = []
    for number in range(warmups + repeats):
        start = time.perf_counter()
        call(number)
        times.append(1e3 * (time.perf_counter() - start))
    return np.array(times[warmups:])


def time_together(calls: Sequence[Callable[[int], object]], repeats: int, interval_secs: float) -> list[np.ndarray]:
    """Milliseconds of each call of several threads, which all begin one at the same moments.

    Args:
        calls: What each thread does; given the number of the round.
        repeats: Rounds.
        interval_secs: From the beginning of a round to that of the next; one that takes longer delays it.
    """
    times: list[list[float]] = [[] for _ in calls]
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[int], object], taken: list[float]) -> None:
        for number in range(repeats):
            barrier.wait()
            start = time.perf_counter()
            call(number)
            taken.append(1e3 * (time.perf_counter() - start))
            time.sleep(max(0.0, start + interval_secs - time.perf_counter()))

    threads = [threading.Thread(target=run, args=pair) for pair in zip(calls, times, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [np.array(taken) for taken in times]


@contextmanager
def hear_news(server: Server, hear: Callable[[dict[str, Any], float], None]) -> Iterator[None]:
    """Has `hear` called with each of a board's news and the time at which it came, from a thread of its own."""
    with connect(f"ws://{server.host}:{server.port}/data/live", max_size=None) as socket:

        def listen() -> None:
            for message in socket:
                hear(json.loads(message), time.time())

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield
        finally:
            socket.close()
            thread.join()


class LiveTab:
    """A tab that shows cards and keeps them up to date as the page does: it asks for what changed when it hears of it.

    Attributes:
        times_ms: How long each request took, the wait for a free connection included.
    """

    def __init__(self, browser: Browser, key: str, tags: Sequence[str]) -> None:
        self._browser = browser
        self._parameters = {"selection": key, "tag": list(tags), "width": 400}
        self._news = threading.Event()
        self._is_closed = False
        self.times_ms: list[float] = []

    @contextmanager
    def open(self, server: Server) -> Iterator[None]:
        """Shows the cards until the block ends."""
        thread = threading.Thread(target=self._follow)
        thread.start()
        try:
            with hear_news(server, lambda news, _: self._news.set() if news["runs"] else None):
                yield
        finally:
            self._is_closed = True
            self._news.set()
            thread.join()

    def _follow(self) -> None:
        version = 0
        while self._news.wait() and not self._is_closed:
            self._news.clear()
            time.sleep(1 / 60)  # the page gathers what one frame asks for
            start = time.perf_counter()
            answer = self._browser.get("/data/series", **self._parameters, since=version)
            self.times_ms.append(1e3 * (time.perf_counter() - start))
            version = int.from_bytes(answer[16:24], "little")
