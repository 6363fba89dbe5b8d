"""Series as CSV, Arrow and JSON, read by other programs and held beside what `summaries.load` gives."""

from __future__ import annotations

import io
import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from dashboard.api import tables
from dashboard.app import create_app
from dashboard.settings import Settings
from summaries import SummaryWriter, load

TAGS = ["loss", "acc, train"]


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """Two runs, one with a restart, one with a quote in its name, with numbers that are hard to write down."""
    for name, first_steps in (("a", [0]), ('b "two"', [0, 3])):
        for number, first_step in enumerate(first_steps):
            with SummaryWriter(tmp_path / name, filename_suffix=f".{number}") as writer:
                for step in range(first_step, first_step + 5):
                    value = {1: math.nan, 2: math.inf, 4: -math.inf}.get(step, 0.1 * step + 1e-17)
                    for tag in TAGS:
                        writer.add_scalar(tag, value, step, walltime=1e9 + step / 3, double_precision=True)
    return tmp_path


@pytest.fixture
def ask(logdir: Path) -> Iterator[Callable[..., Any]]:
    with TestClient(create_app(Settings(logdir=logdir, index="off")), base_url="http://localhost") as client:
        with client.websocket_connect("ws://localhost/data/live") as socket:
            while socket.receive_json()["is_reading"]:
                pass
        runs = [run["name"] for run in client.get("/data/runs").json()["runs"]]
        key = client.post("/data/selections", json={"runs": sorted(runs)}).json()["key"]
        yield lambda **params: client.get("/data/series", params={"selection": key, "tag": TAGS} | params)


def sort(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows by run and tag; the order of a series stays."""
    frame = frame.astype({"run": str, "tag": str})
    return frame.sort_values(["run", "tag"], kind="stable").reset_index(drop=True)


@pytest.fixture
def expected(logdir: Path) -> pd.DataFrame:
    return sort(load(logdir).to_pandas().query("tag in @TAGS"))


def test_csv_is_read_by_pandas_as_it_was_logged(ask: Callable[..., Any], expected: pd.DataFrame) -> None:
    answer = ask(format="csv")

    frame = pd.read_csv(io.StringIO(answer.text))

    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == "attachment"
    pd.testing.assert_frame_equal(sort(frame), expected, check_exact=True)
    assert frame["superseded"].sum() == 4


def test_arrow_is_read_by_pyarrow_as_it_was_logged(ask: Callable[..., Any], logdir: Path) -> None:
    answer = ask(format="arrow")

    table = pa.ipc.open_stream(answer.content).read_all()

    expected = load(logdir).to_arrow()
    assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
    assert table.schema.equals(expected.schema)
    is_asked = pa.compute.is_in(expected["tag"].cast(pa.string()), pa.array(TAGS))
    pd.testing.assert_frame_equal(
        sort(table.to_pandas()), sort(expected.filter(is_asked).to_pandas()), check_exact=True
    )


def test_json_of_all_points_is_strict_and_whole(ask: Callable[..., Any], expected: pd.DataFrame) -> None:
    text = ask(format="json", points="all").text

    answer = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))

    words = {"NaN": math.nan, "+Inf": math.inf, "-Inf": -math.inf}
    for series in answer["series"]:
        rows = expected[(expected["run"] == series["run"]) & (expected["tag"] == series["tag"])]
        values = [words.get(value, value) for value in series["values"]]
        np.testing.assert_array_equal(np.array(values, dtype=float), rows["value"])
        assert series["steps"] == rows["step"].tolist()
        assert series["wall_times"] == rows["wall_time"].tolist()
        assert series["superseded"] == rows["superseded"].tolist()
    assert len(answer["series"]) == 4


@pytest.mark.parametrize("block_rows", [1, 3])
def test_blocks_of_any_length_give_the_same_tables(
    ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, block_rows: int
) -> None:
    csv, text = ask(format="csv").text, ask(format="json", points="all").text
    table = pa.ipc.open_stream(ask(format="arrow").content).read_all()

    monkeypatch.setattr(tables, "BLOCK_ROWS", block_rows)

    assert ask(format="csv").text == csv
    assert ask(format="json", points="all").text == text
    again = pa.ipc.open_stream(ask(format="arrow").content).read_all()
    pd.testing.assert_frame_equal(again.to_pandas(), table.to_pandas())


def test_table_of_a_range_or_of_drawn_points_has_those_rows(ask: Callable[..., Any]) -> None:
    part = pd.read_csv(io.StringIO(ask(format="csv", tag="loss", start=1, stop=2).text))
    drawn = pd.read_csv(io.StringIO(ask(format="csv", tag="loss", points="drawn", width=1).text))
    late = pd.read_csv(io.StringIO(ask(format="csv", tag="loss", x="relative", start=1.1).text))

    assert part["step"].tolist() == [1, 2, 1, 2]
    assert drawn[drawn["run"] == "a"]["step"].tolist() == [0, 1, 2, 3, 4]
    assert late["step"].tolist() == [4, 4, 4, 5, 6, 7]


def test_table_of_runs_that_did_not_change_is_empty_but_whole(ask: Callable[..., Any]) -> None:
    since = 2**40

    assert ask(format="csv", since=since).text == "run,tag,step,wall_time,value,superseded\n"
    assert ask(format="json", points="all", since=since).json()["series"] == []
    assert pa.ipc.open_stream(ask(format="arrow", since=since).content).read_all().num_rows == 0


def test_arrow_without_pyarrow_names_what_to_install(ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    answer = ask(format="arrow")

    assert answer.status_code == 501
    assert "pip install 'trainboard[frames]'" in answer.json()["detail"]


def test_all_points_in_the_form_of_charts_are_refused(ask: Callable[..., Any]) -> None:
    answer = ask(format="binary", points="all")

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("points must be drawn for format=binary; got all.")


@pytest.mark.parametrize("form", ["csv", "arrow", "json"])
def test_tables_of_several_axes_tell_where_points_stand_on_each(
    ask: Callable[..., Any], expected: pd.DataFrame, form: str
) -> None:
    answer = ask(format=form, points="all", axes=["step", "wall"], x="wall", start=1e9 + 1, stop=1e9 + 2)

    if form == "json":
        frames = [pd.DataFrame(one) for one in answer.json()["series"]]
        frame = pd.concat(frames).rename(columns={"steps": "step", "wall_times": "wall_time"})
    elif form == "arrow":
        frame = pa.ipc.open_stream(answer.content).read_all().to_pandas()
    else:
        frame = pd.read_csv(io.StringIO(answer.text))
    over_step, over_wall = (frame[frame.tag == tag] for tag in TAGS)
    assert len(over_step) == (expected.tag == TAGS[0]).sum()
    assert (over_step.axis == "step").all()
    assert (over_step.x == over_step.step).all()
    assert (over_wall.axis == "wall").all()
    assert (over_wall.x == over_wall.wall_time).all()
    assert set(over_wall.step) == {3, 4, 5, 6}


def test_axes_are_as_many_as_tags(ask: Callable[..., Any]) -> None:
    answer = ask(format="csv", axes=["step"])

    assert answer.status_code == 422
    assert "axes must be as many as tag, 2; got 1" in answer.text
