"""Answers that many ask for at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.api.shared import SharedAnswers

NUM_TABS = 8


def test_tabs_that_ask_together_are_given_what_one_of_them_made() -> None:
    answers = SharedAnswers(max_bytes=10_000)
    everyone_asks, made = threading.Barrier(NUM_TABS), []

    def make() -> bytes:
        made.append(threading.get_ident())
        return b"drawn"

    def ask() -> bytes:
        everyone_asks.wait(10)
        return answers.find_or_make("loss", 1, make)

    with ThreadPoolExecutor(NUM_TABS) as tabs:
        found = [tab.result(10) for tab in [tabs.submit(ask) for _ in range(NUM_TABS)]]

    assert (found, len(made)) == ([b"drawn"] * NUM_TABS, 1)


def test_answer_that_failed_is_made_by_the_next_who_asks() -> None:
    answers = SharedAnswers(max_bytes=10_000)

    def fail() -> bytes:
        raise KeyError("gone")

    with pytest.raises(KeyError):
        answers.find_or_make("loss", 1, fail)

    assert answers.find_or_make("loss", 1, lambda: b"drawn") == b"drawn"


def test_answer_of_an_older_version_is_not_given() -> None:
    answers = SharedAnswers(max_bytes=10_000)
    answers.find_or_make("loss", 1, lambda: b"old")

    assert answers.find_or_make("loss", 2, lambda: b"new") == b"new"


def test_answers_of_older_versions_are_not_kept() -> None:
    answers = SharedAnswers(max_bytes=10_000)
    answers.find_or_make("loss", 2, lambda: b"new")
    answers.find_or_make("accuracy", 1, lambda: b"late")

    assert answers.find_or_make("accuracy", 1, lambda: b"made again") == b"made again"
    assert answers.find_or_make("loss", 2, lambda: b"made again") == b"new"

    answers.find_or_make("accuracy", 3, lambda: b"newest")

    assert answers.find_or_make("loss", 2, lambda: b"made again") == b"made again"


def test_answer_that_is_too_large_to_keep_is_given_too() -> None:
    answers = SharedAnswers(max_bytes=3)

    assert answers.find_or_make("loss", 1, lambda: b"drawn") == b"drawn"
