"""Steps of a block, rate limits, prefixes."""

from __future__ import annotations

import asyncio
import copy
import threading
from pathlib import Path

import numpy as np
import pytest

from summaries import HISTOGRAM_LIMITS, SummaryWriter, load
from summaries.load import Run
from summaries.methods.views import RateLimit


def read(folder: Path) -> Run:
    return load(folder).runs["."]


def steps_of(folder: Path) -> dict[str, list[int]]:
    return {tag: series.steps.tolist() for tag, series in read(folder).scalars.items()}


def test_calls_in_the_block_of_a_step_take_it_unless_they_are_given_one(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        with writer.step(7):
            writer.add_scalar("a", 1.0)
            writer.add_scalar("a", 1.0, 9)
            writer.add_scalars("b", {"c": 1.0})
            writer.add_text("t", "x")
            with writer.step(8):
                writer.add_scalar("d", np.float32(1.0))
            writer.add_scalar("d", 1.0)
        writer.add_scalar("e", 1.0)

    assert steps_of(tmp_path) == {"a": [7, 9], "b/c": [7], "d": [8, 7], "e": [0]}
    assert read(tmp_path).texts["t"].places.steps.tolist() == [7]


def test_step_ends_with_its_block_when_an_exception_leaves_it(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(KeyError), writer.step(7):
            raise KeyError
        writer.add_scalar("a", 1.0)

    assert steps_of(tmp_path) == {"a": [0]}


def test_steps_of_threads_and_tasks_are_their_own(tmp_path: Path):
    async def log(writer: SummaryWriter, tag: str, step: int) -> None:
        with writer.step(step):
            await asyncio.sleep(0)
            writer.add_scalar(tag, 1.0)

    async def log_both(writer: SummaryWriter) -> None:
        await asyncio.gather(log(writer, "a", 1), log(writer, "b", 2))

    with SummaryWriter(tmp_path) as writer:
        asyncio.run(log_both(writer))
        with writer.step(3):
            thread = threading.Thread(target=writer.add_scalar, args=("c", 1.0))
            thread.start()
            thread.join()

    assert steps_of(tmp_path) == {"a": [1], "b": [2], "c": [0]}


def test_rate_limit_counts_steps_and_seconds_of_each_tag():
    now = [0.0]
    by_steps, by_secs = RateLimit(10, None), RateLimit(None, 5.0, clock=lambda: now[0])

    assert [step for step in range(0, 40, 4) if by_steps.take("a", step)] == [0, 12, 24, 36]
    assert by_steps.take("b", 37)
    assert by_steps.take("a", 3)  # the run began again
    assert [by_secs.take("a", 0), by_secs.take("a", 1)] == [True, False]
    now[0] = 5.0
    assert [by_secs.is_due("a", 2), by_secs.take("a", 2), by_secs.take("a", 3)] == [True, True, False]


def test_every_passes_over_what_is_not_due_though_it_is_called_in_the_loop(tmp_path: Path):
    due = []
    with SummaryWriter(tmp_path) as writer:
        for step in range(7):
            due.append(writer.every(3).is_due("a", step))
            writer.every(3).add_scalar("a", 1.0, step)
            writer.every(3).add_scalars_at(step, {"b": 1.0, "c": 2.0})
            writer.every(2).add_text("t", "x", global_step=step)
            writer.add_scalar("all", 1.0, step)

    assert due == [True, False, False, True, False, False, True]
    assert steps_of(tmp_path) == {"a": [0, 3, 6], "b": [0, 3, 6], "c": [0, 3, 6], "all": list(range(7))}
    assert read(tmp_path).texts["t"].places.steps.tolist() == [0, 2, 4, 6]


@pytest.mark.parametrize("arguments", [{}, {"num_steps": 0}, {"secs": -1.0}])
def test_every_needs_a_positive_number(tmp_path: Path, arguments: dict):
    with SummaryWriter(tmp_path) as writer, pytest.raises(ValueError, match="must be (given|positive)"):
        writer.every(**arguments)


def test_child_puts_its_prefix_before_every_tag(tmp_path: Path):
    counts, moments = np.zeros((1, len(HISTOGRAM_LIMITS))), np.zeros((1, 5))
    with SummaryWriter(tmp_path) as writer:
        train = writer.child("train/")
        train.add_scalar("a", 1.0, 1)
        train.add_scalars("b", {"c": 1.0}, 1)
        train.add_scalars_at(1, {"d": 1.0})
        train.add_scalars_block([1, 2], {"e": np.zeros(2)}, walltimes=[0.0, 1.0])
        train.add_histogram("h", np.ones(3), 1)
        train.add_histograms_at(1, ["i"], counts, moments)
        train.add_text(tag="t", text_string="x", global_step=1)
        train.child("deep").add_scalar("a", 1.0, 1)
        train.every(2).add_scalar("f", 1.0, 1)
        train.add_alert("x", 1)

    assert sorted(steps_of(tmp_path)) == [
        "train/a", "train/b/c", "train/d", "train/deep/a", "train/e", "train/f",
    ]  # fmt: skip
    run = read(tmp_path)
    assert sorted(run.histograms) == ["train/h", "train/i"]
    assert list(run.texts) == ["train/t"]
    assert len(run.annotations) == 1


def test_limits_of_children_with_the_same_tag_are_apart(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        for step in range(4):
            writer.child("a").every(2).add_scalar("x", 1.0, step)
            writer.child("b").every(2).add_scalar("x", 1.0, step)

    assert steps_of(tmp_path) == {"a/x": [0, 2], "b/x": [0, 2]}


def test_closing_a_child_leaves_its_writer_open(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        with writer.child("a") as child:
            child.add_scalar("x", 1.0, 1)
        child.close()
        writer.add_scalar("y", 1.0, 2)
        assert child.log_dir == writer.log_dir

    assert steps_of(tmp_path) == {"a/x": [1], "y": [2]}


def test_child_describes_its_tags(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.child("a").describe("x", display_name="X")
        writer.child("a").define_metric("x", direction="max")
        writer.child("a").add_scalar("x", 1.0, 1)

    run = read(tmp_path)
    assert [tag.display_name for tag in run.tags if tag.name == "a/x"] == ["X"]
    assert list(run.facts.metrics) == ["a/x"]


def test_view_can_be_copied_before_and_after_its_first_call(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        view = writer.child("a")
        view.add_text("t", "x", 1)
        copied = copy.copy(view)
        copied.add_scalar("b", 1.0, 1)

    assert list(load(tmp_path).runs["."].scalars) == ["a/b"]


@pytest.mark.parametrize("prefix", ["", "/"])
def test_prefix_must_not_be_empty(tmp_path: Path, prefix: str):
    with (
        SummaryWriter(tmp_path) as writer,
        pytest.raises(ValueError, match="prefix must be a string that is not empty"),
    ):
        writer.child(prefix)


def test_description_takes_no_turn_of_a_rate_limit(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        rare = writer.every(10)
        rare.describe("loss", description="mean over the batch")
        for step in range(20):
            rare.add_scalar("loss", 0.5, step)

    assert load(tmp_path).runs["."].scalars["loss"].steps.tolist() == [0, 10]
