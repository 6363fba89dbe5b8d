"""``data/annotations``, ``data/blobs`` and ``data/blob``, over values that are really logged."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from dashboard.api.media import find_media
from dashboard.app import create_app
from dashboard.settings import Settings
from summaries import Audio, SummaryWriter, kinds, load

PICTURE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    with SummaryWriter(tmp_path / "a") as writer:
        for step in range(3):
            writer.add_image("sample", PICTURE + step, step, dataformats="HWC")
            writer.add_histogram("weights", [1.0, float(step)], step)
        writer.add_text("note", "It **works**.", 1)
        writer.add_audio("voice", np.zeros(8), 0, sample_rate=8000)
        for step in range(4):
            writer.add_alert(f"mark {step}", step)
    with SummaryWriter(tmp_path / "b") as writer:
        writer.add_scalar("loss", 1.0, 0)
    return tmp_path


@pytest.fixture
def client(logdir: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(logdir=logdir, index="off")), base_url="http://localhost") as client:
        with client.websocket_connect("ws://localhost/data/live") as socket:
            while socket.receive_json()["is_reading"]:
                pass
        yield client


def place(kind: str, tag: str, **others: Any) -> dict[str, Any]:
    return {"run": "a", "kind": kind, "tag": tag} | others


def test_annotations_are_told_with_run_and_step(client: TestClient) -> None:
    key = client.post("/data/selections", json={"runs": ["b", "a"]}).json()["key"]

    (run,) = client.get("/data/annotations", params={"selection": key}).json()["runs"]
    (last,) = client.get("/data/annotations", params={"selection": key, "limit": 1}).json()["runs"]
    news = client.get("/data/annotations", params={"selection": key, "since": run["version"]}).json()["runs"]

    assert (run["run"], run["num_total"], [mark["step"] for mark in run["marks"]]) == (1, 4, [0, 1, 2, 3])
    assert (last["num_total"], last["marks"]) == (4, run["marks"][-1:])
    assert (last["marks"][0]["text"], last["marks"][0]["kind"], last["marks"][0]["level"]) == (
        "mark 3",
        "alert",
        "warning",
    )
    assert news == []


def test_places_of_blobs_are_those_that_load_gives(client: TestClient, logdir: Path) -> None:
    expected = load(logdir).runs["a"].images["sample"].places

    places = client.get("/data/blobs", params=place("images", "sample")).json()
    part = client.get("/data/blobs", params=place("images", "sample", first=1, limit=1)).json()

    assert (places["num_total"], places["steps"]) == (3, expected.steps.tolist())
    assert places["lengths"] == expected.lengths.tolist()
    assert places["wall_times"] == expected.wall_times.tolist()
    assert (part["num_total"], part["first"], part["steps"]) == (3, 1, [1])


def test_picture_is_sent_as_one(client: TestClient) -> None:
    answer = client.get("/data/blob", params=place("images", "sample", index=2))

    assert answer.headers["content-type"] == "image/png"
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(answer.content))), PICTURE + 2)


@pytest.mark.parametrize(
    ("kind", "tag", "media_type", "begin"),
    [
        ("audio", "voice", "audio/wav", b"RIFF"),
        ("text", "note", "text/plain; charset=utf-8", b"It **works**."),
        ("histograms", "weights", "application/x-protobuf", b"\n"),
    ],
)
def test_blob_has_its_media_type(client: TestClient, kind: str, tag: str, media_type: str, begin: bytes) -> None:
    answer = client.get("/data/blob", params=place(kind, tag, index=0))

    assert answer.headers["content-type"] == media_type
    assert answer.content.startswith(begin)


def test_message_is_sent_as_it_was_logged(client: TestClient) -> None:
    blob = client.get("/data/blob", params=place("histograms", "weights", index=2, format="protobuf")).content

    assert kinds.decode("histograms", blob).num == 2


def test_etag_of_a_blob_holds_while_its_run_grows_and_not_for_another_file(client: TestClient, logdir: Path) -> None:
    params = place("text", "note", index=0)
    etag = client.get("/data/blob", params=params).headers["etag"]
    with SummaryWriter(logdir / "a", filename_suffix=".later") as writer:
        writer.add_text("note", "Another.", 2)
    with client.websocket_connect("ws://localhost/data/live") as socket:
        while len(client.get("/data/blobs", params=place("text", "note")).json()["steps"]) < 2:
            socket.receive_json()

    again = client.get("/data/blob", params=params, headers={"if-none-match": etag})
    (file,) = (logdir / "a").glob("*.later")
    first = min((logdir / "a").iterdir())
    shutil.copy(file, logdir / "copy")
    (logdir / "copy").replace(first)

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert client.get("/data/blob", params=params, headers={"if-none-match": etag}).status_code != 304


def test_type_that_a_browser_would_run_is_not_passed_on() -> None:
    blob = kinds.KINDS["audio"].encode("x", Audio((b"<script>",), content_type="text/html"))

    assert find_media("audio", blob) == (b"<script>", "application/octet-stream")


@pytest.mark.parametrize(
    ("path", "params", "status", "sentence"),
    [
        ("blobs", place("images", "gone"), 404, "Run 'a' has no tag 'gone' of kind images."),
        ("blobs", place("images", "sample", run="c"), 404, "There is no run 'c' in the logdir."),
        ("blobs", place("scalars", "sample"), 422, "kind must be other than scalars"),
        ("blob", place("images", "sample", index=3), 404, "index must be below 3, the number of values; got 3."),
        ("blob", place("images", "sample", index=0, sample=1), 404, "sample must be below 1"),
        ("blob", place("images", "sample"), 422, "index: Field required."),
        ("annotations", {"selection": "gone"}, 404, "No selection is known as 'gone'."),
    ],
)
def test_what_is_not_there_is_said(
    client: TestClient, path: str, params: dict[str, Any], status: int, sentence: str
) -> None:
    answer = client.get(f"/data/{path}", params=params)

    assert answer.status_code == status
    assert answer.json()["detail"].startswith(sentence)


def test_facts_tell_all_of_a_run(tmp_path: Path) -> None:
    config = {"optimizer": {"lr": float("nan")}, "seed": 3}
    with SummaryWriter(tmp_path / "a", config=config, notes="*new*") as writer:
        writer.define_metric("loss", direction="min")
        writer.add_scalar("loss", 1.0, 0)
    with TestClient(create_app(Settings(logdir=tmp_path, index="off")), base_url="http://localhost") as client:
        with client.websocket_connect("ws://localhost/data/live") as socket:
            while socket.receive_json()["is_reading"]:
                pass
        text = client.get("/data/facts", params={"run": "a"}).text
        missing = client.get("/data/facts", params={"run": "b"})

    facts = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert facts["config"] == {"optimizer": {"lr": "NaN"}, "seed": 3}
    assert facts["hparams"] == {"optimizer.lr": "NaN", "seed": 3}
    assert (facts["status"]["state"], facts["state"], facts["notes"]) == ("finished", "finished", "*new*")
    assert facts["metrics"] == [{"tag": "loss", "direction": "min", "x_axis": ""}]
    assert [file["num_records"] for file in facts["files"]] == [load(tmp_path).runs["a"].health[0].num_records]
    assert missing.status_code == 404
