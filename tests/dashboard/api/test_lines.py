"""What ``data/series`` answers for expressions, for another metric as x-axis and for a baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.settings import Settings
from summaries import SummaryWriter


def write(folder: Path, first_wall: float, **tags: dict[int, float]) -> None:
    with SummaryWriter(folder) as writer:
        for tag, points in tags.items():
            for step, value in points.items():
                writer.add_scalar(tag, value, step, walltime=first_wall + step, double_precision=True)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A board on three runs; `c` logs nothing but the loss."""
    write(
        tmp_path / "a", 1000.0,
        loss={0: 4.0, 1: 3.0, 2: float("nan"), 3: 1.0}, val={1: 3.5, 3: 2.5}, tokens={0: 0.0, 2: 100.0, 3: 300.0},
    )  # fmt: skip
    write(tmp_path / "b", 2000.0, loss={1: 1.0, 3: 2.0}, val={3: 1.0}, tokens={1: 0.0, 3: 50.0})
    write(tmp_path / "c", 3000.0, loss={0: 1.0, 9: 10.0})
    settings = Settings(logdir=tmp_path, index="off", reload_interval=0.1)
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        with client.websocket_connect("ws://localhost/data/live") as socket:
            while socket.receive_json()["is_reading"]:
                pass
        yield client


@pytest.fixture
def ask(client: TestClient) -> Callable[..., Any]:
    """Asks for series of all three runs."""
    key = client.post("/data/selections", json={"runs": ["a", "b", "c"]}).json()["key"]

    def ask(**params: Any) -> Any:
        return client.get("/data/series", params={"selection": key, "format": "json"} | params)

    return ask


def tell(answer: Any, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(one[name] for name in names) for one in answer.json()["series"]]


def test_expression_is_drawn_of_each_run_that_has_its_tags(ask: Callable[..., Any]) -> None:
    answer = ask(tag=["val", "=val - loss"])

    assert tell(answer, "run", "tag", "steps", "values") == [
        (0, 0, [1.0, 3.0], [3.5, 2.5]),
        (0, 1, [1.0, 3.0], [0.5, 1.5]),
        (1, 0, [3.0], [1.0]),
        (1, 1, [3.0], [-1.0]),
    ]


def test_expression_that_cannot_be_read_is_refused_at_its_place(ask: Callable[..., Any]) -> None:
    answer = ask(tag=["loss", "=`ß😀` + lg10(loss)"])

    assert answer.status_code == 422
    assert answer.json() == {
        "detail": "`lg10` is no function. Did you mean `log10`?", "column": 8, "length": 4, "suggestion": "log10",
    }  # fmt: skip


def test_points_stand_where_the_other_metric_is_at_their_steps(ask: Callable[..., Any]) -> None:
    answer = ask(tag="loss", x="metric:tokens")

    assert tell(answer, "run", "x", "steps", "values") == [
        (0, [0.0, 50.0, 300.0], [0.0, 1.0, 3.0], [4.0, 3.0, 1.0]),
        (1, [0.0, 50.0], [1.0, 3.0], [1.0, 2.0]),
    ]
    mark = {"step": 2.0, "wall_time": 1002.0, "value": "NaN", "x": 100.0}
    assert tell(answer, "non_finite") == [([mark],), ([],)]


def test_range_and_axis_are_in_units_of_an_expression(ask: Callable[..., Any]) -> None:
    answer = ask(tag="loss", x="metric:=tokens / 100", start=0.5, stop=2.9)

    assert tell(answer, "run", "num_total", "x") == [(0, 2, [0.0, 0.5, 3.0]), (1, 1, [0.0, 0.5])]


@pytest.mark.parametrize("x", ["metric:", "tokens", "metric:=lg10(tokens)", "metric:=tokens +"])
def test_axis_that_is_none_is_refused(ask: Callable[..., Any], x: str) -> None:
    answer = ask(tag="loss", x=x)

    assert answer.status_code == 422
    assert answer.json()["detail"].endswith((".", "?"))


def test_baseline_is_subtracted_at_the_steps_of_each_run(ask: Callable[..., Any]) -> None:
    answer = ask(tag="loss", baseline="b")

    assert tell(answer, "run", "steps", "values", "last_value") == [
        (0, [1.0, 3.0], [2.0, -1.0], -1.0),
        (1, [1.0, 3.0], [0.0, 0.0], 0.0),
        (2, [], [], "NaN"),
    ]
    assert tell(ask(tag="=loss * 2", baseline="b"), "values")[0] == ([4.0, -2.0],)
    assert tell(ask(tag="val", baseline="c"), "values") == []
    assert tell(ask(tag="val", baseline="gone"), "values") == []


def test_answer_changes_with_the_baseline(ask: Callable[..., Any], client: TestClient, tmp_path: Path) -> None:
    first = ask(tag="loss", baseline="c")
    version = first.json()["version"]
    write(tmp_path / "c", 4000.0, loss={10: 1.0})
    with client.websocket_connect("ws://localhost/data/live") as socket:
        while socket.receive_json()["version"] == version:
            pass

    again = ask(tag="loss", baseline="c", since=version)

    assert again.headers["etag"] != first.headers["etag"]
    assert tell(again, "run") == [(0,), (1,), (2,)]
    assert tell(ask(tag="loss", since=version), "run") == [(2,)]


def test_rows_of_a_table_are_those_of_the_view(ask: Callable[..., Any]) -> None:
    answer = ask(tag="=val - loss", format="csv", baseline="b")

    assert answer.text == (
        "run,tag,step,wall_time,value,superseded\na,=val - loss,3,1003.0,2.5,false\nb,=val - loss,3,2003.0,0.0,false\n"
    )
