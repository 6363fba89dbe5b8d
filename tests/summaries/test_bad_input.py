"""What cannot be logged is refused at the call, with the rule, the value and what to do; nothing else is lost."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from summaries import SummaryWriter, load

NOW = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
POINTS = np.zeros((1, 5, 3))
Call = Callable[[SummaryWriter], None]

CALLS: list[tuple[str, Call]] = [
    ("global_step must be an integer; got 1.5", lambda log: log.add_scalar("a", 1.0, 1.5)),
    ("global_step must be an integer; got '3'", lambda log: log.add_scalar("a", 1.0, "3")),
    ("global_step must be an integer; got nan", lambda log: log.add_histogram("a", [1.0], float("nan"))),
    (r"global_step must be an integer; got \[1\]", lambda log: log.add_text("a", "x", [1])),
    ("global_step must be an integer; got 'x'", lambda log: log.step("x").__enter__()),
    ("global_step must fit 64 bits", lambda log: log.add_histogram("a", [1.0], 2**63)),
    ("steps must be integers; got dtype float64", lambda log: log.add_scalars_block([0.5], {"a": [1]}, walltimes=[1])),
    ("tag must be a string that is not empty; got ''", lambda log: log.add_scalar("", 1.0, 1)),
    ("tag must be a string that is not empty; got None", lambda log: log.add_scalar(None, 1.0, 1)),
    ("tag must be a string that is not empty; got b'a'", lambda log: log.add_histogram(b"a", [1.0], 1)),
    ("tag must be a string that is not empty; got ''", lambda log: log.add_scalars_at(1, {"a": 1.0, "": 2.0})),
    ("tag must be a string that is not empty; got ''", lambda log: log.add_text("", "x", 1)),
    ("tag must be a string that is not empty; got ''", lambda log: log.add_embedding(POINTS[0], tag="")),
    ("tag must be a string that is not empty; got ''", lambda log: log.describe("", description="x")),
    ("tag must be a string that is not empty; got ''", lambda log: log.define_metric("", direction="min")),
    (r"tag must be Unicode text; got '\\ud800'", lambda log: log.add_scalar("\ud800", 1.0, 1)),
    ("walltime must be seconds since the Unix epoch; got 'now'", lambda log: log.add_scalar("a", 1.0, 1, "now")),
    ("walltime must be .* timestamp.. of a datetime", lambda log: log.add_scalars_at(1, {"a": 1}, walltime=NOW)),
    ("walltime must be .*; got nan", lambda log: log.add_text("a", "x", 1, float("nan"))),
    ("tag_scalar_dict must be a dictionary; got list", lambda log: log.add_scalars("a", [1])),
    ("values must be a dictionary; got list", lambda log: log.add_scalars_at(1, [1])),
    ("bins must be one of .*; got 'nonsense'", lambda log: log.add_histogram("h", [1.0], 1, bins="nonsense")),
    ("bins must be above 0; got -4", lambda log: log.add_histogram("h", [1.0], 1, bins=-4)),
    ("bins must be an integer; got 2.5", lambda log: log.add_histogram("h", [1.0], 1, bins=2.5)),
    (r"bins must be edges in ascending order; got \[2, 1\]", lambda log: log.add_histogram("h", [1.0], bins=[2, 1])),
    ("max_bins must be above 0; got 0", lambda log: log.add_histogram("h", [1.0], 1, max_bins=0)),
    ("bucket_limits must be in ascending order", lambda log: log.add_histogram_raw("h", 0, 1, 2, 3, 4, [2, 1], [1, 1])),
    ("text_string must be a string; got 3", lambda log: log.add_text("t", 3)),
    (r"box_tensor must have shape .n, 4.; got ..", lambda log: log.add_image_with_boxes("i", np.ones((3, 4, 4)), 3)),
    ("sample_rate must be an integer; got 'x'", lambda log: log.add_audio("s", np.zeros(9), sample_rate="x")),
    ("config_dict must be plain data", lambda log: log.add_mesh("m", POINTS, config_dict={"a": object()})),
    ("labels must be in .0, 1.; got 0 to 7. Pass 1 where", lambda log: log.add_pr_curve("p", [0, 7], [0.5, 0.4])),
    ("num_thresholds must be an integer; got 'x'", lambda log: log.add_pr_curve("p", [0], [0.5], num_thresholds="x")),
    ("text must be a string; got None", lambda log: log.add_annotation(None)),
    ("name must be a string; got 3", lambda log: log.add_run_info(name=3)),
    (r"scalar_value must be one real number; got shape .3,.", lambda log: log.add_scalar("a", jnp.ones(3), 1)),
    ("scalar_value must be one real number; .* complex64", lambda log: log.add_scalars_at(1, {"a": jnp.array(1j)})),
    ("values must be real numbers; got dtype key<fry>", lambda log: log.add_histogram("h", jax.random.key(0))),
    ("tensor must be numbers or bools.* got dtype key<fry>", lambda log: log.add_tensor("t", jax.random.key(0))),
    ("tensor must be numbers .* got dtype datetime64", lambda log: log.add_tensor("t", np.zeros(1, "M8[s]"))),
    ("must be real numbers; got dtype <U1", lambda log: log.add_scalars_block([0], {"a": ["x"]}, walltimes=[1])),
    ("must be real numbers; got dtype complex", lambda log: log.add_scalars_block([0], {"a": [1j]}, walltimes=[1])),
    ("prefix must be a string that is not empty; got None", lambda log: log.child(None)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("complaint", "call"), CALLS, ids=[f"{number}-{said[:40]}" for number, (said, _) in enumerate(CALLS)]
)
def test_bad_input_is_refused_at_the_call_and_nothing_else_is_lost(tmp_path: Path, complaint: str, call: Call):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("before", 1.0, 1)
        with pytest.raises(ValueError, match=complaint):
            call(writer)
        writer.add_scalar("after", 1.0, 1)

    assert list(load(tmp_path).runs["."].scalars) == ["before", "after"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"flush_secs": -1}, "flush_secs must not be negative; got -1"),
        ({"filename_suffix": "/x"}, "filename_suffix must not contain '/'; got '/x'"),
        ({"purge_step": 1.5}, "purge_step must be an integer; got 1.5"),
    ],
)
def test_constructor_refuses_what_no_file_can_be_made_of(tmp_path: Path, arguments: dict, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        SummaryWriter(tmp_path, **arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("secs", [0, 1e-9, float("inf")])
def test_any_interval_of_flushes_and_heartbeats_writes_all(tmp_path: Path, secs: float):
    with SummaryWriter(tmp_path, flush_secs=secs, heartbeat_secs=secs or 1e-9) as writer:
        writer.add_scalar("a", 1.0, 1)
        writer.flush()

    assert load(tmp_path).runs["."].facts.status.state == "finished"


def test_embedding_whose_tag_is_dots_stays_in_its_folder(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_embedding(POINTS[0], tag="..")

    assert (tmp_path / "00000" / "%2e%2e" / "tensors.tsv").is_file()
    assert not (tmp_path / "tensors.tsv").exists()
