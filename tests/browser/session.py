"""What the tests ask of the session behind a page."""

from __future__ import annotations

from playwright.sync_api import Page


def wait_for(page: Page, condition: str) -> None:
    """Waits until the page's session is loaded and a JavaScript condition on `session` holds.

    Playwright's `wait_for_function` would take the promise of an asynchronous function for true.
    """
    page.evaluate(f"""async () => {{
      const {{ session }} = await import("/static/js/session.js");
      while (!(session.isLoaded && ({condition}))) await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
    }}""")
