"""Values that are slow to make."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.api.clients import Client, ClientGoneError
from dashboard.api.made_once import Check, MadeOnce

LIMIT_SECS = 20


def test_value_is_made_once_however_many_ask() -> None:
    values: MadeOnce[str, list[str]] = MadeOnce(100, len)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: values.get("a", lambda _: ["made"], Client()), range(4)))

    assert all(value is found[0] for value in found)


def test_what_is_kept_does_not_wait_for_what_is_made() -> None:
    values: MadeOnce[str, str] = MadeOnce(100, len)
    has_begun, may_end = threading.Event(), threading.Event()

    def make(_: Check) -> str:
        has_begun.set()
        assert may_end.wait(LIMIT_SECS)
        return "slow"

    values.get("kept", lambda _: "there", Client())
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(values.get, "slow", make, Client())
        assert has_begun.wait(LIMIT_SECS)
        assert values.get("kept", make, Client()) == "there"
        may_end.set()
        assert slow.result(LIMIT_SECS) == "slow"


def test_those_asked_for_longest_ago_go_but_never_the_newest() -> None:
    values: MadeOnce[str, int] = MadeOnce(10, int)
    asked = [values.get(name, lambda _, cost=cost: cost, Client()) for name, cost in (("a", 6), ("b", 4), ("c", 50))]

    assert asked == [6, 4, 50]
    assert values.get("c", lambda _: 0, Client()) == 50
    assert values.get("a", lambda _: 7, Client()) == 7


def test_work_that_a_client_left_is_finished_by_the_next() -> None:
    values: MadeOnce[str, str] = MadeOnce(100, len)

    def make(check: Check) -> str:
        client.note_gone()
        check()
        return "done"

    client = Client()
    with pytest.raises(ClientGoneError):
        values.get("a", make, client)
    client = Client()

    assert values.get("a", make, client) == "done"
