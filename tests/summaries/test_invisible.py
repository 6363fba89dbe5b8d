"""What TensorBoard has no kind for does not appear among its scalars, histograms and texts; names and hparams do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.context import RequestContext
from tensorboard.plugins.hparams import metadata as hparams_metadata
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from summaries import SummaryWriter
from summaries.kinds import Environment

CONTEXT = RequestContext()
PLUGINS = ("scalars", "histograms", "text", "images", "audio", "distributions", "pr_curves", "mesh", "custom_scalars")


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with one of all that TensorBoard has no kind for, and one scalar and one text."""
    folder = tmp_path_factory.mktemp("logdir") / "run"
    config = {"optimizer": {"name": "adam", "lr": 0.5}, "layers": [64, 32], "is_deep": True, "seed": None}
    with SummaryWriter(folder, name="first", notes="# notes", tags=["a"], group="g", config=config) as writer:
        writer.add_environment(Environment(("python", "a.py"), packages={"numpy": "2"}))
        writer.describe("loss", display_name="Loss", description="*lower* is better")
        writer.define_metric("loss", direction="min", x_axis="epoch")
        writer.add_annotation("saved", 3, kind="checkpoint")
        writer.add_alert("loss is NaN", 3)
        writer.add_table("table", {"a": [1, 2], "b": ["x", "y"]}, 3)
        writer.add_plotly("chart", {"data": [], "layout": {}}, 3)
        writer.add_confusion_matrix("matrix", np.array([0, 1]), np.array([0, 1]), 3)
        writer.add_config({"later": 1})
        writer.capture_console()
        writer.add_scalar("loss", 0.5, 3)
        writer.add_text("said", "hello", 3)
    return folder.parent


@pytest.fixture(scope="module")
def multiplexer(logdir: Path) -> EventMultiplexer:
    made = EventMultiplexer().AddRunsFromDirectory(str(logdir))
    made.Reload()
    return made


@pytest.fixture(scope="module")
def provider(multiplexer: EventMultiplexer) -> MultiplexerDataProvider:
    return MultiplexerDataProvider(multiplexer, "logdir")


def test_scalars_are_those_that_were_logged_as_such(provider: MultiplexerDataProvider):
    found = {
        plugin: provider.list_scalars(CONTEXT, experiment_id="e", plugin_name=plugin).get("run", {})
        for plugin in PLUGINS
    }

    assert {plugin: list(tags) for plugin, tags in found.items() if tags} == {"scalars": ["loss"]}


def test_texts_and_other_tensors_are_those_that_were_logged_as_such(provider: MultiplexerDataProvider):
    found = {
        plugin: provider.list_tensors(CONTEXT, experiment_id="e", plugin_name=plugin).get("run", {})
        for plugin in PLUGINS
    }

    assert {plugin: list(tags) for plugin, tags in found.items() if tags} == {"text": ["said"]}


def test_blobs_of_no_plugin_hold_ours(provider: MultiplexerDataProvider):
    found = [provider.list_blob_sequences(CONTEXT, experiment_id="e", plugin_name=plugin) for plugin in PLUGINS]

    assert not any(found)


def test_accumulator_lists_ours_as_tensors_of_other_plugins_only(logdir: Path):
    tags = EventAccumulator(str(logdir / "run")).Reload().Tags()

    assert tags["scalars"] == ["loss"]
    assert sorted(set(tags["tensors"]) - {"said"}) == [
        "__run__/annotations", "__run__/config", "__run__/environment", "__run__/info", "__run__/metrics",
        "__run__/status", "chart", "matrix", "table",
    ]  # fmt: skip
    assert (tags["images"], tags["histograms"], tags["audio"], tags["graph"]) == ([], [], [], False)


def test_display_name_and_description_are_shown(provider: MultiplexerDataProvider):
    series = provider.list_scalars(CONTEXT, experiment_id="e", plugin_name="scalars")["run"]["loss"]

    assert (series.display_name, series.description, series.max_step) == ("Loss", "*lower* is better", 3)


def test_config_is_shown_as_hparams(multiplexer: EventMultiplexer):
    metadata = multiplexer.SummaryMetadata("run", hparams_metadata.SESSION_START_INFO_TAG)
    start = HParamsPluginData.FromString(metadata.plugin_data.content).session_start_info

    values = {name: getattr(value, value.WhichOneof("kind")) for name, value in start.hparams.items()}

    assert values == {"optimizer.name": "adam", "optimizer.lr": 0.5, "layers": "[64, 32]", "is_deep": True}
