"""What the tests ask of the session behind a page."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def wait_for(page: Page, condition: str) -> None:
    """Waits until the page's session is loaded and a JavaScript condition on `session` holds.

    Playwright's `wait_for_function` would take the promise of an asynchronous function for true.
    """
    page.evaluate(f"""async () => {{
      const {{ session }} = await import("/static/js/session.js");
      while (!(session.isLoaded && ({condition}))) await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
    }}""")


def choose_baseline(page: Page, run: str) -> None:
    """Makes a run the baseline by its key, if no other page of the board has made it that already."""
    wait_for(page, "true")
    row = page.locator(f'[data-run="{run}"]')
    if row.get_by_role("img", name="Baseline").count() == 0:
        row.hover()
        page.keyboard.press("B")
    expect(row.get_by_role("img", name="Baseline")).to_be_visible()
    expect(page.locator(".delta-button")).to_be_visible()
