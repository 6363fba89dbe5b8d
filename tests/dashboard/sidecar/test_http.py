"""The sidecar over HTTP: boards that are really started, several on one logdir, some with --read-only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.settings import Settings
from summaries import SummaryWriter
from tests.dashboard.sidecar.conftest import Board

REFUSAL = "The board was started with --read-only; what others see stays as it is. Start it without, to change that."


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        with SummaryWriter(tmp_path / "runs" / name) as writer:
            writer.add_scalar("loss", 1.0, 0)
    return tmp_path / "runs"


@pytest.fixture
def client(logdir: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(logdir=logdir, index="off")), base_url="http://localhost") as client:
        yield client


def follow(client: TestClient, is_there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Follows the live news until one has what is waited for."""
    with client.websocket_connect("ws://localhost/data/live") as socket:
        while True:
            news = socket.receive_json()
            if is_there(news):
                return news


def list_files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_sidecar_is_empty_at_first_and_changes_with_its_etag(client: TestClient) -> None:
    first = client.get("/data/sidecar")

    assert first.json() | {"server": ""} == {
        "server": "",
        "version": 1,
        "is_read_only": False,
        "remarks": [],
        "runs": {},
        "baseline": "",
        "views": {},
        "charts": {},
        "annotations": [],
    }
    assert client.get("/data/sidecar", headers={"If-None-Match": first.headers["etag"]}).status_code == 304

    edits = [
        {"path": ["runs", "a", "name"], "value": "<b>\n\u202e"},
        {"path": ["runs", "a", "tags", "x"], "value": True},
        {"path": ["runs", "a", "annotations", "1"], "value": {"step": 3, "text": "here"}},
        {"path": ["baseline"], "value": "a"},
        {"path": ["views", "v"], "value": "scalars"},
        {"path": ["charts", "c"], "value": {"title": "Gap", "tags": ["=a - b"]}},
    ]
    kept = client.post("/data/sidecar/edits", json={"edits": edits}).json()
    second = client.get("/data/sidecar", headers={"If-None-Match": first.headers["etag"]})

    assert kept["version"] == second.json()["version"] == 2
    assert second.json()["runs"] == {"a": {"name": "<b>\n\u202e", "tags": ["x"]}}
    assert second.json()["annotations"] == [{"run": "a", "id": "1", "step": 3, "text": "here", "tag": ""}]
    assert (second.json()["baseline"], second.json()["views"]) == ("a", {"v": "scalars"})
    assert second.json()["charts"] == {"c": {"title": "Gap", "tags": ["=a - b"]}}


def test_browser_that_has_it_compressed_is_not_sent_it_again(client: TestClient) -> None:
    edits = [{"path": ["runs", "a", "notes"], "value": "why " * 1_000}]
    client.post("/data/sidecar/edits", json={"edits": edits})

    first = client.get("/data/sidecar", headers={"Accept-Encoding": "gzip"})
    second = client.get("/data/sidecar", headers={"If-None-Match": first.headers["etag"]})

    assert (first.headers["content-encoding"], second.status_code) == ("gzip", 304)


def test_edits_are_taken_back_and_done_again(client: TestClient) -> None:
    edit = {"path": ["runs", "a", "is_hidden"], "value": True}
    kept = client.post("/data/sidecar/edits", json={"edits": [edit]}).json()

    undone = client.post("/data/sidecar/undo", json={"undo": kept["undo"]}).json()
    assert client.get("/data/sidecar").json()["runs"] == {}

    client.post("/data/sidecar/undo", json={"undo": undone["undo"]})
    assert client.get("/data/sidecar").json()["runs"] == {"a": {"is_hidden": True}}


def test_news_of_edits_come_at_once(client: TestClient) -> None:
    with client.websocket_connect("ws://localhost/data/live") as socket:
        while socket.receive_json()["is_reading"]:
            pass
        version = client.get("/data/sidecar").json()["version"]
        kept = client.post("/data/sidecar/edits", json={"edits": [{"path": ["baseline"], "value": "a"}]}).json()

        news = socket.receive_json()
        while news["sidecar"] == version:
            news = socket.receive_json()

    assert news["sidecar"] == kept["version"] == version + 1


@pytest.mark.parametrize(
    ("route", "body", "status", "sentence"),
    [
        ("edits", {"edits": []}, 422, "edits: "),
        ("edits", {"edits": [{"path": ["rating"], "value": 1}]}, 422, "path must be one of those that are kept"),
        (
            "edits",
            {"edits": [{"path": ["runs", "a", "name"], "value": "x" * 1_000_000}]},
            422,
            "(1,000,000 characters)",
        ),
        ("edits", {"edits": [{"path": ["runs", "a", "color"], "value": "red"}]}, 422, "color must be a number from 1"),
        ("edits", {"edits": [{"path": ["views", "v"], "value": "javascript:x"}]}, 422, "views must be the address"),
        ("edits", {"edits": [{"path": ["baseline"], "value": "a"}] * 20_001}, 422, "edits: "),
        ("undo", {"undo": ["gone"]}, 404, "No edit of the last 7 days is known as 'gone'."),
        ("undo", {"undo": ["x" * 65]}, 422, "undo.0: "),
    ],
)
def test_what_is_not_kept_is_told(
    route: str, body: dict[str, Any], status: int, sentence: str, client: TestClient, logdir: Path
) -> None:
    answer = client.post(f"/data/sidecar/{route}", json=body)

    assert answer.status_code == status
    assert sentence in answer.json()["detail"]
    assert len(answer.text) < 600
    assert not (logdir / ".board").exists()


def test_two_boards_on_one_logdir_come_to_the_same(logdir: Path, start_board: Callable[..., Board]) -> None:
    boards = [start_board(logdir, "--reload-interval", "0.1") for _ in range(2)]

    def edit(number: int) -> None:
        for turn in range(10):
            boards[number].edit("runs", "a", "notes", value=f"board {number}, turn {turn}")
            boards[number].edit("runs", "a", "tags", f"{number}-{turn}", value=True)

    editing = [threading.Thread(target=edit, args=[number]) for number in range(2)]
    for thread in editing:
        thread.start()
    for thread in editing:
        thread.join()

    tags = sorted(f"{number}-{turn}" for number in range(2) for turn in range(10))
    states = [wait_for_tags(board, tags) for board in boards]
    third = start_board(logdir).state()
    assert states[0]["runs"] == states[1]["runs"] == third["runs"]
    assert third["runs"]["a"]["notes"] in ("board 0, turn 9", "board 1, turn 9")
    assert third["remarks"] == []


def wait_for_tags(board: Board, tags: list[str]) -> dict[str, Any]:
    """Asks until a board has found what the other wrote; the test's time limit ends it otherwise."""
    while (state := board.state())["runs"]["a"].get("tags") != tags:
        pass
    return state


def test_read_only_board_refuses_every_change_and_shows_those_of_others(
    logdir: Path, start_board: Callable[..., Board]
) -> None:
    other = start_board(logdir)
    undo = other.edit("runs", "a", "name", value="renamed")["undo"]
    before = {name: (logdir / name).read_bytes() for name in list_files(logdir)}
    board = start_board(logdir, "--read-only")

    answers = {
        route: board.ask("POST", f"/data/{route}", body)[:2]
        for route, body in {
            "sidecar/edits": {"edits": [{"path": ["baseline"], "value": "a"}]},
            "sidecar/undo": {"undo": undo},
            "runs/trash": {"runs": ["a"]},
            "runs/restore": {"id": "20261125T162721Z-5d0a6c1f"},
        }.items()
    }

    described = board.ask("GET", "/data/openapi.json")[1]["paths"]
    changing = {path for path, methods in described.items() if "403" in methods.get("post", {}).get("responses", {})}
    assert changing == {f"/data/{route}" for route in answers}
    assert answers == dict.fromkeys(answers, (403, {"detail": REFUSAL}))
    assert board.state()["is_read_only"] is True
    assert board.state()["runs"] == {"a": {"name": "renamed"}}
    assert {name: (logdir / name).read_bytes() for name in list_files(logdir)} == before


def test_run_is_deleted_when_asked_twice_and_comes_back(client: TestClient, logdir: Path) -> None:
    follow(client, lambda news: set(news["runs"]) == {"a", "b"} and not news["is_reading"])
    before = list_files(logdir)

    plan = client.post("/data/runs/trash", json={"runs": ["b", "b"]}).json()
    assert list_files(logdir) == before
    assert (
        plan["num_bytes"]
        == plan["runs"][0]["num_bytes"]
        == sum(path.stat().st_size for path in (logdir / "b").iterdir())
    )
    body = {"runs": ["b"], "confirmation": plan["confirmation"]}
    trashed = client.post("/data/runs/trash", json=body).json()

    while [run["name"] for run in client.get("/data/runs").json()["runs"]] != ["a"]:
        follow(client, lambda news: True)
    assert not (logdir / "b").exists()
    (entry,) = client.get("/data/runs/trash").json()["trash"]
    assert entry == {"id": trashed["id"], "runs": ["b"], "num_files": 1, "num_bytes": plan["num_bytes"]}

    client.post("/data/runs/restore", json={"id": trashed["id"]})

    assert list_files(logdir) == before
    assert client.post("/data/runs/restore", json={"id": trashed["id"]}).status_code == 404


def test_runs_that_cannot_be_deleted_are_told(client: TestClient, logdir: Path) -> None:
    with SummaryWriter(logdir / "going") as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.flush()
        follow(client, lambda news: "going" in news["runs"] and not news["is_reading"])

        going = client.post("/data/runs/trash", json={"runs": ["a", "going"]})
        gone = client.post("/data/runs/trash", json={"runs": ["a", "../secret"]})
        wrong = client.post("/data/runs/trash", json={"runs": ["a"], "confirmation": "x"})

    assert (going.status_code, gone.status_code, wrong.status_code) == (409, 404, 409)
    assert going.json()["detail"] == "The run 'going' is still written to. Wait until it has ended."
    assert gone.json()["detail"] == "There is no run '../secret'."
    assert wrong.json()["detail"].endswith("Ask again.")
    assert (logdir / "a").exists()


def test_ten_thousand_runs_are_hidden_and_shown_again(client: TestClient) -> None:
    edits = [{"path": ["runs", f"run_{number}", "is_hidden"], "value": True} for number in range(10_000)]

    kept = client.post("/data/sidecar/edits", json={"edits": edits}).json()
    assert len(client.get("/data/sidecar").json()["runs"]) == 10_000

    assert client.post("/data/sidecar/undo", json={"undo": kept["undo"]}).status_code == 200
    assert client.get("/data/sidecar").json()["runs"] == {}
