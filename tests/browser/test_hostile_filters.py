"""A regex that backtracks for ages, from a link, holds up neither the tab nor the server."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser
HOSTILE = ("(a+)+$", "(a|a)*$", "(.*a){20}c", "a*a*a*a*a*a*a*a*c")
PATIENCE_SECS = 30
LONG = "a" * 300 + "b"


@pytest.fixture(scope="module")
def board(start_board: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("hostile")
    with SummaryWriter(folder / "a-run" / LONG[:200]) as writer:
        writer.add_scalar(LONG, 1.0, 0)
        writer.add_scalar("loss", 1.0, 0)
    return start_board(folder, "--index", "off")


@pytest.mark.parametrize("filter_", HOSTILE)
def test_tag_filter_of_a_link_is_given_up_and_said(open_page: Callable[..., Page], board: str, filter_: str) -> None:
    page = open_page(board)
    expect(page.locator(".card").first).to_be_visible()

    page.evaluate(
        "async (filter) => (await import('/static/js/session.js')).session.view.set({ 'scalars.filter': filter })",
        filter_,
    )

    started = time.monotonic()
    assert page.evaluate("1 + 1") == 2  # a tab that hangs never answers
    assert time.monotonic() - started < PATIENCE_SECS
    expect(page.get_by_text("The filter takes too long on these tags.")).to_be_visible()
    page.get_by_role("textbox", name="Filter tags by regex").fill("^lo(s|x)+$")
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator('.card[data-tag="loss"]')).to_be_visible()


@pytest.mark.parametrize("filter_", HOSTILE)
def test_query_and_grouping_are_answered_at_once(open_page: Callable[..., Page], board: str, filter_: str) -> None:
    page = open_page(board)

    for path, body in (("query", {"query": f"/{filter_}/"}), ("groups", {"pattern": filter_})):
        started = time.monotonic()
        answer = page.request.post(f"{board}/data/runs/{path}", data=body)
        assert answer.status == 200, answer.text()
        assert time.monotonic() - started < PATIENCE_SECS
