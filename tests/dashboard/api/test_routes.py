import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.settings import Settings
from summaries import SummaryWriter, find_compiled
from summaries.proto.graph_pb2 import GraphDef, NodeDef

WriteRun = Callable[..., Path]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(logdir=tmp_path)), base_url="http://localhost") as client:
        yield client


def wait_for_points(client: TestClient, num_points: int) -> dict[str, Any]:
    """Follows the live news until the server has read so many points; returns the list of runs."""
    with client.websocket_connect("ws://localhost/data/live") as socket:
        while True:
            socket.receive_json()
            answer = client.get("/data/runs").json()
            if sum(run["num_points"] for run in answer["runs"]) >= num_points:
                return answer


def wait_for_reading(client: TestClient) -> None:
    """Returns once the server has read the whole logdir for the first time."""
    with client.websocket_connect("ws://localhost/data/live") as socket:
        while socket.receive_json()["is_reading"]:
            pass
    assert client.get("/data/runs").json()["is_reading"] is False


def select(client: TestClient, *runs: str) -> str:
    return client.post("/data/selections", json={"runs": list(runs)}).json()["key"]


def test_runs_and_tags_are_listed(write_run: WriteRun, client: TestClient) -> None:
    write_run("a", {"loss": [3.0, 2.0]})
    write_run("b", {"loss": [3.0], "acc": [0.1]}, first_step=5)

    answer = wait_for_points(client, 4)

    assert [run["name"] for run in answer["runs"]] == ["b", "a"]
    assert answer["runs"][1]["first_wall_time"] == 1000.0
    assert answer["is_compiled"] == find_compiled()["scan"]
    tags = client.get("/data/tags", params={"kind": "scalars"}).json()
    assert tags["runs"] == ["b", "a"]
    assert tags["tags"] == {"acc": [0], "loss": [0, 1]}


def test_series_of_a_selection_come_in_one_answer(write_run: WriteRun, client: TestClient) -> None:
    write_run("a", {"loss": [3.0, math.nan, 1.0]})
    write_run("b", {"loss": [5.0]})
    wait_for_points(client, 4)
    params = {"selection": select(client, "b", "a"), "tag": ["acc", "loss"], "format": "json"}

    series = client.get("/data/series", params=params).json()["series"]

    assert [(one["run"], one["tag"], one["steps"], one["values"]) for one in series] == [
        (0, 1, [0.0], [5.0]),
        (1, 1, [0.0, 2.0], [3.0, 1.0]),
    ]
    assert series[1]["non_finite"] == [{"step": 1.0, "wall_time": 1001.0, "value": "NaN"}]


def test_newest_runs_are_a_selection_without_being_posted(write_run: WriteRun, client: TestClient) -> None:
    write_run("a", {"loss": [3.0, 2.0]})
    write_run("b", {"loss": [1.0]}, first_step=5)
    newest = wait_for_points(client, 3)["newest"]

    series = client.get("/data/series", params={"selection": newest["selection"], "tag": "loss", "format": "json"})

    assert newest == {"num_runs": 2, "selection": select(client, "b", "a")}
    assert [one["values"] for one in series.json()["series"]] == [[1.0], [3.0, 2.0]]
    version = client.get("/data/runs").json()["version"]
    assert "newest" not in client.get("/data/runs", params={"since": version}).json()


def test_since_leaves_out_what_did_not_change(write_run: WriteRun, client: TestClient, tmp_path: Path) -> None:
    write_run("a", {"loss": [3.0]})
    version = wait_for_points(client, 1)["version"]
    write_run("b", {"loss": [5.0]})
    wait_for_points(client, 2)
    params = {"selection": select(client, "a", "b"), "tag": "loss", "format": "json", "since": version}

    series = client.get("/data/series", params=params).json()["series"]

    assert [one["run"] for one in series] == [1]


def test_unchanged_answer_is_not_sent_again(write_run: WriteRun, client: TestClient) -> None:
    write_run("a", {"loss": [3.0]})
    wait_for_points(client, 1)
    params = {"selection": select(client, "a"), "tag": "loss"}
    etag = client.get("/data/series", params=params).headers["etag"]

    assert client.get("/data/series", params=params, headers={"if-none-match": etag}).status_code == 304


def test_answers_name_the_board_and_another_board_revalidates_none(
    write_run: WriteRun, client: TestClient, tmp_path: Path
) -> None:
    write_run("a", {"loss": [3.0]})
    with SummaryWriter(tmp_path / "a", filename_suffix=".w") as writer:
        writer.add_histogram("w", np.arange(3.0), 0)
        writer.add_graph(GraphDef(node=[NodeDef(name="x", op="Placeholder")]))
    with TestClient(create_app(Settings(logdir=tmp_path)), base_url="http://localhost") as other:
        servers = []
        for board in (client, other):
            wait_for_reading(board)
            named = [board.get("/data/runs").json(), board.get("/data/tags", params={"kind": "scalars"}).json()]
            with board.websocket_connect("ws://localhost/data/live") as socket:
                named.append(socket.receive_json())
            servers.append({answer["server"] for answer in named})
        assert [len(names) for names in servers] == [1, 1]
        assert servers[0] != servers[1]

        key = select(client, "a")
        assert select(other, "a") == key
        for path, params in (("series", {"tag": "loss"}), ("histograms", {"tag": "w"}), ("graph", {"run": "a"})):
            url = f"/data/{path}"
            etag = client.get(url, params=params | {"selection": key}).headers["etag"]
            again = [
                board.get(url, params=params | {"selection": key}, headers={"if-none-match": etag}).status_code
                for board in (client, other)
            ]
            assert again == [304, 200]


def test_range_is_drawn_at_full_resolution(write_run: WriteRun, client: TestClient) -> None:
    write_run("a", {"loss": [float(step % 7) for step in range(2000)]})
    wait_for_points(client, 2000)
    params = {"selection": select(client, "a"), "tag": "loss", "format": "json", "width": 50}

    whole = client.get("/data/series", params=params).json()["series"][0]
    part = client.get("/data/series", params=params | {"start": 100, "stop": 200}).json()["series"][0]

    assert (len(whole["steps"]) <= 200, whole["num_total"]) == (True, 2000)
    assert part["steps"] == [float(step) for step in range(99, 202)]
    assert part["num_total"] == 101


@pytest.mark.parametrize(
    ("path", "params", "status", "sentence"),
    [
        ("/data/series", {"selection": "0", "tag": "loss"}, 404, "No selection is known as '0'"),
        ("/data/series", {"selection": "0"}, 422, "tag"),
        ("/data/series", {"selection": "0", "tag": "loss", "width": 0}, 422, "greater than or equal to 1"),
        ("/data/tags", {}, 422, "kind"),
    ],
)
def test_bad_requests_are_answered_with_a_sentence(
    client: TestClient, path: str, params: dict[str, str], status: int, sentence: str
) -> None:
    answer = client.get(path, params=params)

    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)
    assert sentence in answer.json()["detail"]


def test_data_that_does_not_exist_is_not_found_and_no_page(client: TestClient) -> None:
    answer = client.get("/data/nothing/here")

    assert answer.status_code == 404
    assert answer.json() == {
        "detail": "There is no data at 'data/nothing/here'. Load the page again if it is of another release."
    }
    assert client.post("/data/runs").status_code == 405


def test_news_say_which_run_changed(client: TestClient, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "a") as writer, client.websocket_connect("ws://localhost/data/live") as socket:
        writer.add_scalar("loss", 1.0, 0, walltime=50.0)
        writer.flush()
        news = socket.receive_json()
        while not news["runs"].get("a", [0, None])[1]:
            news = socket.receive_json()

    assert news["runs"]["a"] == [news["version"], 50.0, 1, 0, "running"]


def test_torn_and_foreign_files_are_problems_of_their_run(
    tmp_path: Path, write_run: WriteRun, client: TestClient
) -> None:
    run = write_run("a", {"loss": [3.0, 2.0, 1.0]})
    (file,) = run.iterdir()
    data = bytearray(file.read_bytes())
    data[-30] ^= 0xFF
    file.write_bytes(data)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "my.tfevents.txt").write_bytes(b"this is no event file" * 10)

    wait_for_points(client, 2)
    problems = {run["name"]: run["problems"] for run in client.get("/data/runs").json()["runs"]}

    assert len(problems["a"]) == 1
    assert problems["a"][0].startswith(file.name)
    assert problems["b"][0].startswith("my.tfevents.txt: ")


def test_empty_logdir_says_what_was_looked_at(tmp_path: Path, client: TestClient) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "todo.txt").write_text("")

    logdir = client.get("/data/runs").json()["logdir"]

    assert (logdir["exists"], logdir["num_folders"], logdir["num_files"]) == (True, 1, 1)


def test_two_boards_live_in_one_process(tmp_path: Path) -> None:
    names = ["one", "two"]
    for name in names:
        with SummaryWriter(tmp_path / name / "run") as writer:
            writer.add_scalar(f"loss_{name}", 1.0, 0)
    boards = [
        TestClient(create_app(Settings(logdir=tmp_path / name, index="off")), base_url="http://localhost")
        for name in names
    ]

    with boards[0], boards[1]:
        for name, board in zip(names, boards, strict=True):
            wait_for_points(board, 1)
            assert list(board.get("/data/tags", params={"kind": "scalars"}).json()["tags"]) == [f"loss_{name}"]
            assert "_dash-config" in board.get("/graph").text
        layouts, callbacks = (
            [board.get(path).json() for board in boards] for path in ("/_dash-layout", "/_dash-dependencies")
        )
        kept = [board.post("/data/selections", json={"runs": ["run"]}).json()["key"] for board in boards]
        boards[0].post("/data/sidecar/edits", json={"edits": [{"path": ["baseline"], "value": "run"}]})
        baselines = [board.get("/data/sidecar").json()["baseline"] for board in boards]

    assert layouts[0] == layouts[1]
    assert [callback["output"] for callback in callbacks[0]] == [callback["output"] for callback in callbacks[1]]
    assert [callback["output"] for callback in callbacks[0]].count("page.children") == 1
    assert kept[0] == kept[1]
    assert baselines == ["run", ""]
