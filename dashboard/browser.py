"""Opens the board in the user's browser, and shows its token to nobody else on the machine.

What a program is started with can be read by every user of the machine, so an address with a token is written into a
file of this user, and the browser is started with the name of that.
"""

from __future__ import annotations

import html
import tempfile
import webbrowser
from collections.abc import Callable
from pathlib import Path

_DOOR = """<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}">
<title>board</title>
<p><a href="{address}">Open the board</a></p>
"""


class Door:
    """The way by which a browser of this machine comes in."""

    def __init__(self, address: str, *, is_secret: bool) -> None:
        """Opens nothing yet.

        Args:
            address: Of the page.
            is_secret: Whether the address holds a token.
        """
        self._address = address
        self._is_secret = is_secret
        self._file: Path | None = None

    def open(self, start: Callable[[str], object] = webbrowser.open) -> None:
        """Opens the page in the default browser.

        Args:
            start: Starts the browser with an address.

        Raises:
            OSError: If there is no room for the file that leads there.
        """
        if self._is_secret:
            with tempfile.NamedTemporaryFile("w", prefix="board-", suffix=".html", delete=False) as file:  # mode 0600
                self._file = Path(file.name)
                file.write(_DOOR.format(address=html.escape(self._address)))
        start(self._address if self._file is None else self._file.as_uri())

    def close(self) -> None:
        """Removes the file, if there is one."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)
