"""Which compiled members are used, and which are refused."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from summaries.members import INTERFACE, find_member, load_member


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    load_member.cache_clear()
    yield
    load_member.cache_clear()


@pytest.mark.parametrize("interface", [None, INTERFACE - 1])
def test_member_built_from_other_sources_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, interface: int | None
) -> None:
    stale = ModuleType("summaries._scan")
    if interface is not None:
        stale.INTERFACE = interface  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "summaries._scan", stale)

    with pytest.warns(RuntimeWarning, match=r"Could not use summaries\._scan.* is needed\. Continuing with the port"):
        assert find_member("scan") is None


def test_member_that_was_not_built_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "summaries._scan", raising=False)
    monkeypatch.setitem(sys.modules, "summaries._scan", None)

    assert find_member("scan") is None
