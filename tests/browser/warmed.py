"""What boards of the tests find made: importing it has one board answer a page, and end.

Most of what a board does at its start is the same for all: code is loaded, types of requests are looked at, the page's
script is put together and compressed. The process that forks boards does it once, by loading this module ahead.
"""

from __future__ import annotations

import gc
import tempfile
from pathlib import Path

from fastapi.testclient import TestClient

from dashboard.app import create_app
from dashboard.page_files import open_page_files
from dashboard.page_scripts import SCRIPT
from dashboard.page_sheets import SHEET
from dashboard.settings import Settings


def answer_a_page() -> None:
    """Has a board answer what a browser asks first."""
    files = open_page_files().address
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(logdir=(Path(folder),), index="off"))
        with TestClient(app, base_url="http://localhost") as client:
            for path in ("/scalars", f"{files}/{SCRIPT}", f"{files}/{SHEET}", "/data/runs"):
                client.get(path).raise_for_status()


answer_a_page()
gc.collect()
gc.freeze()  # or the collector of each board copies all of it
