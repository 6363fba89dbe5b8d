"""What ``data/aggregates`` answers for groups of runs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard.api import aggregates_wire
from dashboard.app import create_app
from dashboard.settings import Settings
from tests.dashboard.api.aggregates_table import CASES, make_header

WriteRun = Callable[..., Path]
GROUPS = [["a", "b", "gone"], ["c"], []]


def test_aggregates_have_the_bytes_that_the_specification_draws() -> None:
    message = aggregates_wire.encode([case.told for case in CASES.values()], 2**40)

    assert message == make_header(len(CASES), 2**40) + b"".join(case.data for case in CASES.values())


def test_json_has_no_number_for_the_band_of_one_run() -> None:
    answer = aggregates_wire.to_json(next(iter(CASES.values())).told)

    assert answer["low"] == [0.5, 1.0, None]
    json.dumps(answer, allow_nan=False)


@pytest.fixture
def client(write_run: WriteRun, tmp_path: Path) -> Iterator[TestClient]:
    """A board on three runs, of which `b` failed early."""
    write_run("a", {"loss": [4.0, 3.0, 2.0, 1.0], "tokens": [0.0, 10.0, 20.0, 30.0]})
    write_run("b", {"loss": [2.0, math.nan], "tokens": [0.0, 10.0]})
    write_run("c", {"loss": [8.0, 6.0]})
    settings = Settings(logdir=tmp_path, index="off", reload_interval=0.1)
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        with client.websocket_connect("ws://localhost/data/live") as socket:
            while socket.receive_json()["is_reading"]:
                pass
        yield client


@pytest.fixture
def ask(client: TestClient) -> Callable[..., Any]:
    """Asks for aggregates of the groups."""
    key = client.post("/data/groupings", json={"groups": GROUPS}).json()["key"]

    def ask(**params: Any) -> Any:
        return client.get("/data/aggregates", params={"grouping": key, "tag": "loss", "format": "json"} | params)

    return ask


def tell(answer: Any, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(one[name] for name in names) for one in answer.json()["aggregates"]]


def test_each_group_is_one_curve_with_a_band_where_two_runs_are(ask: Callable[..., Any]) -> None:
    answer = ask(band="minmax", tag=["gone", "loss"])

    assert tell(answer, "group", "tag", "num_members", "x", "values", "low", "high", "counts") == [
        (0, 1, 2, [0, 1, 2, 3], [3, 3, 2, 1], [2, None, None, None], [4, None, None, None], [2, 1, 1, 1]),
        (1, 1, 1, [0, 1], [8, 6], [None, None], [None, None], [1, 1]),
    ]


def test_views_of_curves_are_views_of_groups(ask: Callable[..., Any]) -> None:
    assert tell(ask(x="metric:tokens", band="none"), "x", "values") == [([0, 10, 20, 30], [3, 3, 2, 1])]
    assert tell(ask(tag="=loss * 2", stop=0.5, width=1), "x", "values", "num_total", "last") == [
        ([0, 1], [6, 6], 1, 2),
        ([0, 1], [16, 12], 1, 12),
    ]
    assert tell(ask(baseline="c"), "values") == [([-5.0, -3.0],), ([0.0, 0.0],)]
    assert tell(ask(smoothing=0.5), "values", "smoothed")[1] == ([8, 6], [8, pytest.approx(20 / 3)])


def test_rows_of_a_table_name_the_group_and_how_many_runs(ask: Callable[..., Any]) -> None:
    answer = ask(format="csv", band="stderr")

    assert answer.text.splitlines()[:3] == [
        "group,tag,x,value,smoothed,low,high,least,greatest,n", "0,loss,0.0,3.0,,2.0,4.0,2.0,4.0,2",
        "0,loss,1.0,3.0,,,,3.0,3.0,1",
    ]  # fmt: skip


def test_since_leaves_out_groups_of_which_no_run_changed(
    ask: Callable[..., Any], client: TestClient, write_run: WriteRun
) -> None:
    first = ask()
    version = first.json()["version"]
    write_run("b", {"loss": [1.0]}, first_step=2)
    with client.websocket_connect("ws://localhost/data/live") as socket:
        while socket.receive_json()["version"] == version:
            pass

    again = ask(since=version)

    assert again.headers["etag"] != first.headers["etag"]
    assert tell(again, "group", "counts") == [(0, [2, 1, 2, 1])]


def test_key_of_a_grouping_is_that_of_the_same_groups(client: TestClient) -> None:
    keys = [
        client.post("/data/groupings", json={"groups": groups}).json()["key"]
        for groups in (GROUPS, GROUPS, [["a"], ["b", "gone"], ["c"], []])
    ]

    assert keys[0] == keys[1] != keys[2]
