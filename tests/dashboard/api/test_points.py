"""Exact numbers of logged points: ranges, values at a position, the first NaN, layouts, checked expressions."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.settings import Settings
from summaries import SummaryWriter

NAN = math.nan
LAYOUT = {"loss": {"all": ["Multiline", ["loss", "val-.*"]], "band": ["Margin", ["loss", "val-loss", "grad"]]}}


@pytest.fixture
def client(tmp_path: Path, write_run: Callable[..., Path]) -> Iterator[TestClient]:
    write_run("a", {"loss": [4.0, 3.0, 1.0, NAN], "grad": [1.0, 2.0, math.inf, NAN], "val-loss": [1.0] * 3})
    write_run("b", {"loss": [1.0, 2.0], "bad": [NAN]})
    with SummaryWriter(tmp_path / "b") as writer:
        writer.add_custom_scalars({"gone": {}})
        writer.add_custom_scalars(LAYOUT)
    with TestClient(create_app(Settings(logdir=tmp_path, index="off")), base_url="http://localhost") as client:
        with client.websocket_connect("ws://localhost/data/live") as socket:
            while socket.receive_json()["is_reading"]:
                pass
        yield client


@pytest.fixture
def ask(client: TestClient) -> Callable[..., Any]:
    """Asks a route about both runs and one that is not there."""
    key = client.post("/data/selections", json={"runs": ["gone", "a", "b"]}).json()["key"]

    def ask(path: str, **params: Any) -> Any:
        return client.get(f"/data/{path}", params={"selection": key} | params)

    return ask


def test_ranges_tell_each_series_that_has_a_point_in_the_range(ask: Callable[..., Any]) -> None:
    rows = ask("ranges", tag=["bad", "loss"], start=1).json()["rows"]

    assert rows == {
        "run": [1, 2], "tag": [1, 1], "num_points": [3, 1], "start_step": [1, 1], "start": [3.0, 2.0],
        "stop_step": [3, 1], "stop": ["NaN", 2.0], "min": [1.0, 2.0], "min_step": [2, 1], "max": [3.0, 2.0],
        "max_step": [1, 1], "mean": [2.0, 2.0], "delta": ["NaN", 0.0], "slope": [-2.0, None],
        "num_nan": [1, 0], "num_pos_inf": [0, 0], "num_neg_inf": [0, 0], "value": ["NaN", 2.0],
    }  # fmt: skip


def test_ranges_without_a_finite_value_have_no_extremes(ask: Callable[..., Any]) -> None:
    rows = ask("ranges", tag="bad").json()["rows"]

    assert [rows[name] for name in ("start", "min", "max_step", "mean", "slope", "num_nan")] == [
        ["NaN"], [None], [None], [None], [None], [1],
    ]  # fmt: skip


def test_ranges_are_of_the_view_and_a_table(ask: Callable[..., Any]) -> None:
    answer = ask("ranges", tag="=loss * 2", baseline="b", x="relative", stop=0.5, format="csv")

    assert answer.text.splitlines()[1:] == [
        "a,=loss * 2,1,0,6.0,0,6.0,6.0,0,6.0,0,6.0,0.0,,0,0,0,2.0",
        "b,=loss * 2,1,0,0.0,0,0.0,0.0,0,0.0,0,0.0,0.0,,0,0,0,0.0",
    ]  # fmt: skip


def test_values_are_those_of_the_nearest_point(ask: Callable[..., Any]) -> None:
    rows = ask("values", tag=["loss", "gone"], at=2.4, smoothing=0.5).json()["rows"]

    assert rows == {
        "run": [1, 2], "tag": [0, 0], "x": [2.0, 1.0], "step": [2, 1], "value": [1.0, 2.0],
        "smoothed": [pytest.approx((4 + 2 * 3 + 4 * 1) / 7), pytest.approx((1 + 2 * 2) / 3)],
        "wall_time": [1002.0, 1001.0], "relative": [2.0, 1.0],
    }  # fmt: skip
    assert ask("values", tag="loss", at=3).json()["rows"]["value"] == ["NaN", 2.0]


def test_tag_that_went_bad_first_is_told_first(ask: Callable[..., Any]) -> None:
    runs = ask("non_finite").json()["runs"]

    assert [(run["run"], run["num_tags"]) for run in runs] == [(1, 2), (2, 1)]
    assert runs[0]["tags"] == [
        {"tag": "grad", "step": 2, "wall_time": 1002.0, "value": "+Inf", "num_points": 2},
        {"tag": "loss", "step": 3, "wall_time": 1003.0, "value": "NaN", "num_points": 1},
    ]
    assert ask("non_finite", limit=1).json()["runs"][0]["num_tags"] == 2


def test_layout_that_was_logged_last_names_the_tags_of_the_selected_runs(ask: Callable[..., Any]) -> None:
    (category,) = ask("layouts").json()["categories"]

    assert category["title"] == "loss"
    assert [(chart["title"], chart["kind"], chart["tags"], chart["runs"]) for chart in category["charts"]] == [
        ("all", "multiline", ["loss", "val-loss"], [2]),
        ("band", "margin", ["loss"], [2]),
    ]
    assert category["charts"][1]["lines"] == [{"value": "loss", "lower": "val-loss", "upper": "grad"}]


def check(client: TestClient, text: str, **body: Any) -> Any:
    return client.post("/data/expressions/check", json={"text": text} | body).json()


def test_expression_is_checked_against_the_tags_that_there_are(client: TestClient, ask: Callable[..., Any]) -> None:
    key = client.post("/data/selections", json={"runs": ["b"]}).json()["key"]

    assert check(client, "loss-(`val-loss`)") == {
        "expression": "loss - `val-loss`", "tags": ["loss", "val-loss"], "num_runs": 1,
    }  # fmt: skip
    assert check(client, "log(loss)", selection=key)["num_runs"] == 1
    assert check(client, "grad", selection=key)["num_runs"] == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("loss +", ("A tag, a number or a function is missing after `+`.", 6, 0, "")),
        ("1 + los", ("`los` is no tag. Did you mean `loss`?", 4, 3, "loss")),
        ("val.loss", ("`val.loss` is no tag. Did you mean `val-loss`?", 0, 8, "`val-loss`")),
        ("loss/grad", ("`loss/grad` is no tag. A division is written `loss / grad`.", 0, 9, "loss / grad")),
        ("loss/2", ("`loss/2` is no tag. A division is written `loss / 2`.", 0, 6, "loss / 2")),
        ("xyzzy", ("`xyzzy` is no tag of any run.", 0, 5, "")),
    ],
)
def test_expression_that_cannot_be_drawn_is_told_why(client: TestClient, text: str, problem: tuple[Any, ...]) -> None:
    told = check(client, text)

    assert (told["detail"], told["column"], told["length"], told["suggestion"]) == problem


def test_metrics_tell_the_directions_and_axes_on_which_runs_agree(
    client: TestClient, ask: Callable[..., Any], tmp_path: Path
) -> None:
    for run, direction in (("a", "max"), ("b", "min")):
        with SummaryWriter(tmp_path / run) as writer:
            writer.define_metric("*loss", direction="min")
            writer.define_metric("grad", direction=direction, x_axis="loss")
            writer.define_metric("bad", direction=direction, x_axis="unlogged")
            writer.define_metric("unlogged", direction="max")
    wanted = {"bad": "min", "grad": "max", "loss": "min", "val-loss": "min"}
    deadline = time.monotonic() + 20
    while (found := ask("metrics").json())["directions"] != wanted and time.monotonic() < deadline:
        client.get("/data/runs")

    assert (found["directions"], found["x_axes"]) == (wanted, {"grad": "loss"})
