"""Repetitions: when they are due, and the thread that calls them."""

from __future__ import annotations

import logging
import os
import threading

import pytest

from summaries.timers import Agenda, Repetition, call_every, check_interval


def test_agenda_gives_what_is_due_again_and_again_in_order():
    agenda, quick, slow = Agenda(), Repetition(2.0, print), Repetition(3.0, print)
    agenda.add(quick, 0.0)
    agenda.add(slow, 0.0)

    assert agenda.find_wait_secs(0.5) == 1.5
    assert agenda.pop_due(1.9) is None
    assert [agenda.pop_due(3.0) for _ in range(3)] == [quick, slow, None]
    assert agenda.find_wait_secs(3.0) == 2.0
    assert agenda.find_wait_secs(9.0) == 0.0


def test_agenda_drops_what_was_cancelled():
    agenda, repetition = Agenda(), Repetition(2.0, print)
    agenda.add(repetition, 0.0)

    repetition.cancel()

    assert agenda.pop_due(0.0) is None
    assert agenda.find_wait_secs(0.0) is None


def test_call_every_calls_more_than_once():
    twice, numbers = threading.Event(), iter(range(10**9))

    repetition = call_every(0.001, lambda: twice.set() if next(numbers) else None)

    assert twice.wait(30)
    repetition.cancel()


def test_function_that_fails_is_told_and_called_no_more(caplog: pytest.LogCaptureFixture):
    repetition = Repetition(1.0, lambda: {}["missing"])

    with caplog.at_level(logging.WARNING):
        repetition.call()
        repetition.call()

    assert repetition.is_cancelled
    assert ["'missing'. Continuing without it." in record.getMessage() for record in caplog.records] == [True]


@pytest.mark.filterwarnings("ignore:os.fork")
def test_forked_child_is_not_called_for_its_parent_and_has_a_timer_of_its_own():
    repetition = call_every(0.001, lambda: None)
    child = os.fork()
    if child == 0:
        was_called = threading.Event()
        call_every(0.001, was_called.set)
        os._exit(0 if was_called.wait(30) else 1)

    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    repetition.cancel()


@pytest.mark.parametrize("secs", [0, -1.0, float("nan")])
def test_interval_must_be_positive(secs: float):
    with pytest.raises(ValueError, match="heartbeat_secs must be positive; got"):
        check_interval("heartbeat_secs", secs)
