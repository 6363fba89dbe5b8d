"""Selections of runs under their keys."""

from __future__ import annotations

import pytest

from dashboard.api.selections import Selections


def test_same_runs_have_the_same_key_in_one_order() -> None:
    selections = Selections()

    assert selections.add(["a", "b"]) == selections.add(iter(["a", "b"])) != selections.add(["b", "a"])


def test_selection_of_no_run_is_known() -> None:
    selections = Selections()

    assert selections[selections.add([])] == ()


def test_those_asked_for_longest_ago_are_forgotten_once_they_take_too_much() -> None:
    selections = Selections(max_bytes=100_000)
    keys = [selections.add(f"run {first}/{number}" for number in range(100)) for first in range(40)]

    assert len(selections[keys[-1]]) == 100
    with pytest.raises(KeyError, match="Post the runs to data/selections again"):
        selections[keys[0]]
