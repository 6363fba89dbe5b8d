"""Writes docs/drop_in.md; all libraries must be installed (`make test-peers` does so)."""

from __future__ import annotations

from tests.drop_in.page import PAGE, make_page

if __name__ == "__main__":
    PAGE.write_text(make_page())
