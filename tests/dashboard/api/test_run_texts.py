"""Notes of a run as HTML, and the last of what its program printed, asked over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.settings import Settings
from summaries import SummaryWriter


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with SummaryWriter(tmp_path / "talker", notes="*by the program*", console=True) as writer:
        writer.add_scalar("loss", 1.0, 0)
        for number in range(12_000):
            sys.stdout.write(f"line {number}\n")
    with SummaryWriter(tmp_path / "silent") as writer:
        writer.add_scalar("loss", 1.0, 0)
    with TestClient(create_app(Settings(logdir=tmp_path, index="off")), base_url="http://localhost") as client:
        with client.websocket_connect("ws://localhost/data/live") as socket:
            while socket.receive_json()["is_reading"]:
                pass
        yield client


def test_console_is_told_from_its_end(client: TestClient) -> None:
    answer = client.get("/data/console", params={"run": "talker"}).json()

    assert answer["is_whole"] is False
    assert len(answer["text"]) == 65_536
    assert answer["text"].endswith("line 11998\nline 11999\n")


def test_run_that_logs_no_console_has_none(client: TestClient) -> None:
    answer = client.get("/data/console", params={"run": "silent"})

    assert answer.status_code == 404


def test_added_notes_stand_in_place_of_the_programs_and_are_harmless(client: TestClient) -> None:
    def ask() -> str:
        html: str = client.get("/data/runs/notes", params={"run": "talker"}).json()["html"]
        return html

    by_program = ask()
    edit = {"path": ["runs", "talker", "notes"], "value": "<script>alert(1)</script> **mine** [x](javascript:alert(1))"}
    client.post("/data/sidecar/edits", json={"edits": [edit]})
    added = ask()

    assert by_program == "<p><em>by the program</em></p>\n"
    assert "<script" not in added
    assert "href" not in added
    assert "<strong>mine</strong>" in added
