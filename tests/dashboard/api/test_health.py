"""``data/health`` on files that were damaged by hand, against `board inspect` on the same files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.inspection import main
from dashboard.settings import Settings
from summaries import SummaryWriter
from summaries.proto.graph_pb2 import GraphDef, NodeDef
from tests.dashboard.api.test_routes import wait_for_reading

WriteRun = Callable[..., Path]


@pytest.fixture
def logdir(tmp_path: Path, write_run: WriteRun) -> Path:
    """Runs that are sound, damaged, torn, empty, foreign and not readable, and what is no event file."""
    write_run("sound", {"loss": [3.0, 2.0, 1.0]})
    (damaged,) = write_run("damaged", {"loss": [3.0, 2.0, 1.0]}).iterdir()
    data = bytearray(damaged.read_bytes())
    data[60] ^= 0xFF
    damaged.write_bytes(data)
    (torn,) = write_run("torn", {"loss": [3.0, 2.0, 1.0]}).iterdir()
    torn.write_bytes(torn.read_bytes()[:-5])
    for name, content in (("empty", b""), ("foreign", b"this is no event file " * 9)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "events.out.tfevents.1").write_bytes(content)
    with SummaryWriter(tmp_path / "pictures") as writer:
        for step in range(3):
            writer.add_image("sample", np.zeros((3, 4, 4), np.uint8), step)
        writer.add_graph(GraphDef(node=[NodeDef(name="x", op="Placeholder")]))
    os.mkfifo(tmp_path / "pipe.tfevents")
    (tmp_path / "link.tfevents").symlink_to(tmp_path / "nothing")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "sound" / "model.npz").write_bytes(b"PK")
    return tmp_path


@pytest.fixture
def client(logdir: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(logdir=logdir, index="off")), base_url="http://localhost") as client:
        wait_for_reading(client)
        yield client


def get(client: TestClient, **params: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/data/health", params=params).json()
    return answer


def test_files_are_told_of_as_board_inspect_tells_of_them(
    client: TestClient, logdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(logdir), "--json", "--index", "off"])
    report = json.loads(capsys.readouterr().out)

    files = get(client)["files"]

    keys = ("run", "num_bytes", "num_records", "is_torn")
    told = {tuple(file[key] for key in keys): [one.lower() for one in file["sentences"]] for file in files}
    inspected = {
        tuple(file[key] for key in keys): [one.lower() for one in file["sentences"]] for file in report["files"]
    }
    assert told == inspected
    assert {file["run"]: file["kinds"] for file in files} == {file["run"]: file["counts"] for file in report["files"]}


def test_problems_come_first_and_every_file_has_a_state(client: TestClient) -> None:
    answer = get(client)

    states = [(file["run"], file["state"], len(file["sentences"])) for file in answer["files"]]
    assert states == [
        ("damaged", "damaged", 1),
        ("empty", "empty", 1),
        ("foreign", "unreadable", 2),
        ("torn", "torn", 1),
        ("pictures", "sound", 0),
        ("sound", "sound", 0),
    ]
    assert answer["totals"]["num_with_problems"] == 4
    assert (answer["totals"]["num_runs"], answer["totals"]["num_files"]) == (6, 6)


def test_what_was_passed_over_and_could_not_be_looked_into_is_told(client: TestClient, logdir: Path) -> None:
    answer = get(client)

    found = {Path(file["path"]).name: file["sentence"] for file in answer["passed_over"]["files"]}
    assert found == {
        "link.tfevents": "It is a link to nothing.",
        "pipe.tfevents": "It is a named pipe, not a file.",
        "model.npz": "Its name does not hold “tfevents”.",
    }
    assert answer["folders"] == [f"…/{logdir.name}/loop: Too many levels of symbolic links."]


def test_no_answer_names_a_folder_of_the_machine(client: TestClient, logdir: Path) -> None:
    for params in ({}, {"format": "text"}):
        text = client.get("/data/health", params=params).text
        assert logdir.name in text
        assert str(logdir.parent) not in text


def test_files_are_filtered_and_come_in_pages(client: TestClient) -> None:
    problems = get(client, problems=True)
    assert (problems["num_files"], len(problems["files"])) == (4, 4)
    assert [file["run"] for file in get(client, problems=True, offset=1, limit=2)["files"]] == ["empty", "foreign"]
    assert [file["run"] for file in get(client, q="PICT")["files"]] == ["pictures"]
    assert get(client, run="torn")["run"]["sentence"] == "It logged 3 scalars."
    assert get(client, run="gone")["run"] is None


def test_text_is_that_of_board_inspect(client: TestClient, logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(logdir), "--index", "off"])
    inspected = capsys.readouterr().out.replace(str(logdir), f"…/{logdir.name}")

    told = client.get("/data/health", params={"format": "text"}).text

    assert told.split("\n\n")[1:] == inspected.split("\n\n")[3:]  # after totals; inspect has tables of runs and tags
    assert told.split(": ")[1].splitlines()[0] == inspected.split(": ")[1].splitlines()[0]


def test_unchanged_answer_is_not_sent_again(client: TestClient, logdir: Path) -> None:
    etag = client.get("/data/health").headers["etag"]
    headers = {"if-none-match": etag}
    assert client.get("/data/health", headers=headers).status_code == 304

    with SummaryWriter(logdir / "new") as writer:
        writer.add_scalar("loss", 1.0, 0)
    with client.websocket_connect("ws://localhost/data/live") as socket:
        while "new" not in socket.receive_json()["runs"]:
            pass

    assert client.get("/data/health", headers=headers).status_code == 200


def test_why_a_page_shows_nothing_is_one_sentence_a_run(client: TestClient) -> None:
    def ask(kind: str, *runs: str) -> str:
        sentence: str = client.get("/data/health/why", params={"kind": kind, "run": runs}).json()["sentence"]
        return sentence

    assert ask("scalars", "pictures") == "Run `pictures` holds no scalars: it logged 3 images and a graph."
    assert ask("histograms", "sound") == "Run `sound` holds no histograms: it logged 3 scalars."
    assert ask("images", "empty") == "Run `empty` holds no images: it logged nothing that a page shows."
    assert ask("scalars", "sound") == ""


def test_ten_thousand_files_are_told_of_in_pages(tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"run_{number % 100}").mkdir(exist_ok=True)
        (tmp_path / f"run_{number % 100}" / f"{number:05}.tfevents").touch()
    with TestClient(create_app(Settings(logdir=tmp_path, index="off")), base_url="http://localhost") as client:
        wait_for_reading(client)
        answer = get(client, offset=9_900, limit=1_000)

    assert (answer["totals"]["num_files"], answer["num_files"], len(answer["files"])) == (10_000, 10_000, 100)
