"""TensorBoard's own server, in this process, shows every kind that we write."""

from __future__ import annotations

import contextlib
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from werkzeug.test import Client

from summaries import SummaryWriter

Ask = Callable[..., Any]
IMAGE = np.zeros((3, 4, 5), dtype=np.uint8)


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs with one of everything."""
    folder = tmp_path_factory.mktemp("logs")
    for name, rate in (("a", 0.1), ("b", 0.2)):
        with SummaryWriter(folder / name) as writer:
            writer.add_scalars_at(1, {"loss": 1.0, "low": 0.5, "high": 2.0})
            writer.add_image("image", IMAGE, 1)
            writer.add_video("video", np.zeros((1, 2, 3, 4, 5), dtype=np.uint8), 1)
            writer.add_audio("audio", np.zeros(100), 1, sample_rate=8000)
            writer.add_text("text", "# hello", 1)
            writer.add_histogram("histogram", np.arange(10), 1)
            writer.add_mesh("mesh", np.ones((1, 4, 3)), faces=np.zeros((1, 2, 3)), global_step=1)
            writer.add_pr_curve("curve", np.array([0, 1]), np.array([0.2, 0.8]), 1, num_thresholds=5)
            writer.add_custom_scalars({"losses": {"band": ["Margin", ["loss", "low", "high"]]}})
            writer.add_hparams(
                {"rate": rate, "is_deep": True, "kind": name}, {"accuracy": rate * 2}, {"rate": [0.1, 0.2]}
            )
            writer.add_embedding(np.ones((2, 3)), ["x", "y"])
    return folder


@pytest.fixture(scope="module")
def ask(logdir: Path) -> Ask:
    """TensorBoard on that logdir."""
    return open_board(logdir)


def open_board(logdir: Path) -> Ask:
    """What asks a plugin's path with parameters, and gives the JSON of the answer, or its bytes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what TensorBoard imports
        from tensorboard import default, program
        from tensorboard.backend.application import TensorBoardWSGIApp
        from tensorboard.backend.event_processing.data_ingester import LocalDataIngester

    board = program.TensorBoard(plugins=default.get_plugins())
    board.configure(["", "--logdir", str(logdir), "--load_fast", "false", "--reload_task", "blocking"])
    board.flags.reload_interval = 0
    ingester = LocalDataIngester(board.flags)
    ingester.start()
    application = TensorBoardWSGIApp(
        board.flags, board.plugin_loaders, ingester.data_provider, None, ingester.deprecated_multiplexer
    )
    client = Client(application)

    def ask(path: str, body: Any = None, **parameters: Any) -> Any:
        url = f"/data/plugin/{path}"
        answer = client.get(url, query_string=parameters or None) if body is None else client.post(url, json=body)
        assert answer.status_code == 200, answer.data
        return json.loads(answer.data) if "json" in answer.content_type else answer.data

    return ask


def test_scalars_are_those_that_were_logged_and_nothing_of_the_run_is_among_them(ask: Ask):
    tags = ask("scalars/tags")

    assert {run: sorted(found) for run, found in tags.items()} == dict.fromkeys(
        "ab", ["accuracy", "high", "loss", "low"]
    )
    assert [point[1:] for point in ask("scalars/scalars", run="a", tag="loss")] == [[1, 1.0]]


def test_texts_are_those_that_were_logged_and_nothing_of_the_run_is_among_them(ask: Ask):
    assert ask("text/tags") == {"a": ["text"], "b": ["text"]}
    assert "hello" in ask("text/text", run="a", tag="text")[0]["text"]


def test_images_and_videos_are_shown(ask: Ask):
    assert {run: sorted(found) for run, found in ask("images/tags").items()} == dict.fromkeys("ab", ["image", "video"])
    for tag, head in (("image", b"\x89PNG"), ("video", b"GIF89a")):
        (entry,) = ask("images/images", run="a", tag=tag, sample=0)
        assert entry["step"] == 1
        assert ask(f"images/individualImage?{entry['query']}").startswith(head)


def test_audio_is_played(ask: Ask):
    (entry,) = ask("audio/audio", run="a", tag="audio", sample=0)

    assert entry["contentType"] == "audio/wav"
    assert ask(f"audio/individualAudio?{entry['query']}").startswith(b"RIFF")


def test_histograms_and_distributions_are_drawn(ask: Ask):
    ((_, step, buckets),) = ask("histograms/histograms", run="a", tag="histogram")

    assert (step, sum(count for _, _, count in buckets)) == (1, 10)


def test_meshes_have_vertices_and_faces(ask: Ask):
    assert list(ask("mesh/tags")["a"]) == ["mesh"]
    entries = ask("mesh/meshes", run="a", tag="mesh", sample=0)
    assert sorted((entry["content_type"], entry["data_shape"]) for entry in entries) == [(1, [1, 4, 3]), (2, [1, 2, 3])]
    data = ask("mesh/data", run="a", tag="mesh", sample=0, step=1, content_type="VERTEX")
    assert np.frombuffer(data, np.float32).tolist() == [1.0] * 12


def test_pr_curves_have_their_thresholds(ask: Ask):
    assert list(ask("pr_curves/tags")["a"]) == ["curve"]
    (entry,) = ask("pr_curves/pr_curves", run="a", tag="curve")["a"]
    assert entry["thresholds"] == [0.0, 0.25, 0.5, 0.75]  # where nothing is found it is left out
    assert entry["precision"] == [0.5, 1.0, 1.0, 1.0]


def test_layouts_of_scalars_are_merged_over_the_runs(ask: Ask):
    (category,) = ask("custom_scalars/layout")["category"]

    assert category["title"] == "losses"
    assert category["chart"][0]["margin"]["series"] == [{"value": "loss", "lower": "low", "upper": "high"}]


def test_hparams_of_each_run_stand_in_the_table_with_its_metrics(ask: Ask):
    experiment = ask("hparams/experiment", {"experimentName": ""})
    groups = ask("hparams/session_groups", {"allowedStatuses": ["STATUS_SUCCESS"], "sliceSize": 10, "startIndex": 0})

    assert sorted(info["name"] for info in experiment["hparamInfos"]) == ["is_deep", "kind", "rate"]
    assert [info["name"]["tag"] for info in experiment["metricInfos"]] == ["accuracy"]
    found = {group["name"]: (group["hparams"], group["metricValues"][0]["value"]) for group in groups["sessionGroups"]}
    assert {name: hparams for name, (hparams, _) in found.items()} == {
        "a": {"rate": 0.1, "is_deep": True, "kind": "a"},
        "b": {"rate": 0.2, "is_deep": True, "kind": "b"},
    }
    assert found["b"][1] == pytest.approx(0.4)


def test_runs_with_a_config_stand_in_the_table_of_hparams_with_how_they_ended(tmp_path: Path):
    for name, rate in (("a", 0.1), ("b", 0.2)):
        with (
            contextlib.suppress(ZeroDivisionError),
            SummaryWriter(tmp_path / name, config={"opt": {"lr": rate}}) as writer,
        ):
            writer.add_scalar("loss", 2 * rate, 1)
            1 / (name == "a")
    ask = open_board(tmp_path)

    statuses = ["STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING", "STATUS_UNKNOWN"]
    request = {"allowedStatuses": statuses, "sliceSize": 10, "startIndex": 0, "experimentName": ""}
    groups = ask("hparams/session_groups", request)["sessionGroups"]

    sessions = {group["name"]: (group["hparams"], group["sessions"][0]["status"]) for group in groups}
    assert sessions == {"a": ({"opt.lr": 0.1}, "STATUS_SUCCESS"), "b": ({"opt.lr": 0.2}, "STATUS_FAILURE")}
    assert [info["name"] for info in ask("hparams/experiment", {"experimentName": ""})["hparamInfos"]] == ["opt.lr"]


def test_embeddings_are_found_by_the_projector(ask: Ask):
    assert sorted(ask("projector/runs")) == ["a", "b"]
    (info,) = ask("projector/info", run="a")["embeddings"]
    assert info["tensorName"] == "default:00000"
    assert ask("projector/metadata", run="a", name="default:00000").split() == [b"x", b"y"]
    tensor = np.frombuffer(ask("projector/tensor", run="a", name="default:00000"), np.float32)
    assert tensor.tolist() == [1.0] * 6
