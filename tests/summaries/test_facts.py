"""What a run says of itself is read back, over several files and records that are damaged."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import numpy as np
import pytest

from summaries import SummaryWriter, load
from summaries.events import encode_event
from summaries.facts import Facts, Mark, read_annotations, read_console, read_facts
from summaries.kinds import Annotation, Environment, MetricDeclaration, RunInfo, decode
from summaries.kinds.json_values import encode_json_text
from summaries.kinds.status import STATUS, STATUS_TAG
from summaries.load import Run
from summaries.plain import flatten, merge, to_plain
from summaries.run import RunLog


def read(folder: Path) -> Run:
    return load(folder).runs["."]


def test_one_constructor_tells_it_all(tmp_path: Path):
    config = {"layers": [64, 32], "optimizer": {"name": "adam", "lr": 0.1}, "seed": None}
    with SummaryWriter(
        tmp_path, name="first", notes="# why", tags=["a", "b"], group="sweep", config=config, environment=True
    ):
        pass

    facts = read(tmp_path).facts
    assert facts.info == RunInfo("first", "# why", ("a", "b"), "sweep")
    assert facts.config == config
    assert facts.hparams == {"layers": [64, 32], "optimizer.name": "adam", "optimizer.lr": 0.1, "seed": None}
    assert facts.environment is not None
    assert facts.environment.folder == str(Path.cwd())
    assert "numpy" in facts.environment.packages


def test_run_that_says_nothing_has_empty_facts(tmp_path: Path):
    with SummaryWriter(tmp_path, heartbeat_secs=None):
        pass

    facts = read(tmp_path).facts
    assert (facts.status, facts.info, facts.config, facts.hparams) == (None, RunInfo(), {}, {})
    assert (facts.environment, facts.metrics, np.isnan(facts.status_time)) == (None, {}, True)
    assert read_facts(RunLog()).info == Facts().info
    assert (read_annotations(RunLog()), read_console(RunLog())) == ((), ())


def test_later_words_hold_over_several_files(tmp_path: Path):
    with SummaryWriter(tmp_path, name="one", notes="old", config={"a": {"b": 1, "c": 2}, "d": 3}) as writer:
        writer.define_metric("loss", direction="max")
        writer.add_run_info(notes="new")
    with SummaryWriter(tmp_path, filename_suffix=".second", tags=[], config={"a": {"b": 5}}) as writer:
        writer.define_metric("loss", direction="min", x_axis="epoch")
        writer.add_environment(Environment(host="box"))

    facts = read(tmp_path).facts
    assert facts.info == RunInfo("one", "new", (), None)
    assert facts.config == {"a": {"b": 5, "c": 2}, "d": 3}
    assert facts.metrics == {"loss": MetricDeclaration("loss", "min", "epoch")}
    assert facts.environment == Environment(host="box")


def test_find_metric_prefers_the_tag_to_patterns(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.define_metric("val/*", direction="max")
        writer.define_metric("val/loss", direction="min")

    facts = read(tmp_path).facts
    found = [facts.find_metric(tag) for tag in ("val/loss", "val/accuracy", "loss")]
    assert [None if metric is None else metric.direction for metric in found] == ["min", "max", None]


def test_hparams_of_tensorboard_and_config_are_one(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_hparams({"lr": 0.5, "name": "x"}, {})
        writer.add_config({"lr": 0.25, "model": {"depth": 3}})

    assert read(tmp_path).facts.hparams == {"lr": 0.25, "name": "x", "model.depth": 3}


def test_annotations_come_with_step_time_and_what_superseded_them(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_annotation("began", 0, 1.0)
        writer.add_annotation("saved", 9, 2.0, kind="checkpoint")
        with writer.step(9):
            writer.add_alert("loss is NaN", walltime=3.0, level="error")
    with SummaryWriter(tmp_path, purge_step=5, filename_suffix=".second") as writer:
        writer.add_annotation("again", 5, 4.0, kind="restart")

    assert read(tmp_path).annotations == (
        Mark(0, 1.0, Annotation("began"), False),
        Mark(9, 2.0, Annotation("saved", "checkpoint"), True),
        Mark(9, 3.0, Annotation("loss is NaN", "alert", "error"), True),
        Mark(5, 4.0, Annotation("again", "restart"), False),
    )


def test_console_is_logged_on_request(tmp_path: Path):
    with SummaryWriter(tmp_path, console=True):
        sys.stdout.write("hello\n")
        sys.stderr.write("10 %\r20 %")
    sys.stdout.write("not logged\n")

    assert [(text.stream, text.text) for text in read(tmp_path).console] == [("stdout", "hello\n"), ("stderr", "20 %")]


def test_console_is_written_while_the_program_runs(tmp_path: Path):
    from summaries.methods.run import start_console

    with SummaryWriter(tmp_path) as writer:
        start_console(writer._life, interval_secs=0.001)
        sys.stdout.write("hello\n")
        while not read(tmp_path).console:
            writer.flush()


def test_system_metrics_are_scalars_over_seconds(tmp_path: Path):
    pytest.importorskip("psutil")

    with SummaryWriter(tmp_path, system_secs=0.001) as writer:
        while "system/memory_percent" not in read(tmp_path).scalars:
            writer.flush()

    series = read(tmp_path).scalars["system/memory_percent"]
    assert series.steps[0] == 0
    assert 0 < series.values[0] < 100


def test_damaged_records_are_passed_over(tmp_path: Path):
    with SummaryWriter(tmp_path, name="first") as writer:
        good = writer._life.status
        blob = encode_json_text(STATUS_TAG, '{"state": "dancing"}')
        writer._outbox.put(encode_event(9e12, 0, STATUS.envelope(blob)))

    assert read(tmp_path).facts.status.state == "finished"
    assert good.state == "running"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"config": 3}, "config must be a mapping.*; got int"),
        ({"tags": "a"}, r"tags must be a list of strings; got 'a'. Pass \['a'\]"),
        ({"heartbeat_secs": 0}, "heartbeat_secs must be positive; got 0"),
        ({"system_secs": -1.0}, "interval_secs must be positive; got -1.0"),
    ],
)
def test_constructor_refuses(tmp_path: Path, arguments: dict, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        SummaryWriter(tmp_path, **arguments)


def test_name_and_description_of_a_series_are_read_with_its_kind(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.describe("loss", display_name="Loss", description="*lower* is better")
        writer.describe("notes", description="what happened", kind="text")
        writer.add_scalar("loss", 0.5, 1)
        writer.add_text("notes", "x", 1)
        with pytest.raises(ValueError, match="kind must be one of .*; got 'movies'"):
            writer.describe("a", kind="movies")

    tags = {tag.name: (tag.kind, tag.display_name, tag.description) for tag in read(tmp_path).tags}
    assert tags["loss"] == ("scalars", "Loss", "*lower* is better")
    assert tags["notes"] == ("text", "", "what happened")


class Colour(Enum):
    RED = "red"


@dataclass
class Optimizer:
    lr: float = 0.1
    betas: tuple[float, float] = (0.9, 0.99)


@dataclass
class Settings:
    optimizer: Optimizer = field(default_factory=Optimizer)
    path: Path = Path("a/b")
    colour: Colour = Colour.RED


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Settings(), {"optimizer": {"lr": 0.1, "betas": [0.9, 0.99]}, "path": "a/b", "colour": "red"}),
        (argparse.Namespace(a=1, b=None), {"a": 1, "b": None}),
        ({1: {"x"}, "f": np.float32(0.5)}, {"1": ["x"], "f": 0.5}),
        ([np.bool_(True), np.arange(2), np.datetime64("2026-01-01")], [True, [0, 1], "2026-01-01"]),
        (type("Text", (str,), {})("a"), "a"),
        (print, "<built-in function print>"),
    ],
)
def test_to_plain_makes_plain_data_of_anything(value: object, plain: object):
    assert to_plain(value) == plain


def test_to_plain_ends_on_data_that_hold_themselves():
    loop: list[object] = []
    loop.append(loop)

    assert "[[" in str(to_plain(loop))


def test_flatten_and_merge_keep_lists_whole():
    assert flatten({"a": {"b": {}, "c": [1]}, "d": 2}) == {"a.b": {}, "a.c": [1], "d": 2}
    assert merge({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": 3}, "d": [2], "e": 4}) == {
        "a": {"b": 3, "c": 2}, "d": [2], "e": 4,
    }  # fmt: skip


def test_config_with_numbers_that_json_lacks_comes_back(tmp_path: Path):
    with SummaryWriter(tmp_path, config={"clip": float("inf"), "min": float("nan")}):
        pass

    config = read(tmp_path).facts.config
    assert config["clip"] == float("inf")
    assert np.isnan(config["min"])
    assert decode("config", encode_json_text("a", '{"x": -Infinity}')) == {"x": float("-inf")}


def test_config_with_an_integer_that_no_float_holds_is_kept(tmp_path: Path):
    with SummaryWriter(tmp_path, config={"modulus": 10**400}):
        pass

    assert load(tmp_path).runs["."].facts.config == {"modulus": 10**400}
