"""What the tests ask of a page and of the session behind it."""

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


def measure_script(page: Page, function: str, argument: object) -> float:
    """Seconds for which the page's thread computes a function of its window: what waits for a core is not counted."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def read() -> float:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        (seconds,) = (float(metric["value"]) for metric in metrics if metric["name"] == "ThreadTime")
        return seconds

    before = read()
    page.evaluate(f"(argument) => {{ {function}(argument); }}", argument)
    after = read()
    devtools.detach()
    return after - before


def choose_baseline(page: Page, run: str) -> None:
    """Makes a run the baseline by its key, if no other page of the board has made it that already."""
    wait_for(page, "true")
    row = page.locator(f'[data-run="{run}"]')
    if row.get_by_role("img", name="Baseline").count() == 0:
        row.hover()
        page.keyboard.press("B")
    expect(row.get_by_role("img", name="Baseline")).to_be_visible()
    expect(page.locator(".delta-button")).to_be_visible()
