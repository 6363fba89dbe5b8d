"""The page that describes the data routes: drawn under the board's policy, below a prefix, from this server only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_routes_are_described_and_can_be_tried(
    start_board: Callable[..., str], open_page: Callable[..., Page], iris_logdir: Path
) -> None:
    board = start_board(iris_logdir, "--index", "off", "--path-prefix", "/board")
    page = open_page(f"{board.removesuffix('/board')}/board/data/docs")  # checks that no other host is asked
    route = page.locator("#operations-runs-get_runs_data_runs_get")

    route.locator(".opblock-summary-control").click()
    expect(route).to_contain_text("All runs, the newest first")
    route.get_by_role("button", name="Try it out").click()
    route.get_by_role("button", name="Execute").click()

    expect(route.locator(".live-responses-table")).to_contain_text('"is_reading": false')
