"""Queries, facts, groups and small curves of runs over HTTP, on a real logdir."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.settings import Settings
from summaries import SummaryWriter
from tests.dashboard.api.test_routes import select, wait_for_reading

HOSTILE = {"<b>markup</b>": 1, "new\nline": 2, "\u202eאבג": 3, "..": 4, "quote`\"'\\": 5, "and": 6, "😀": 7}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A board on four runs; `a/1` is the newest."""
    logdir = tmp_path_factory.mktemp("logs")
    for number, name in enumerate(["a/1", "a/2", "b/<i>x</i>", "b/..long" + "y" * 200]):
        config = {"lr": 0.1 / (number + 1), "optimizer": {"name": ["adam", "sgd"][number % 2]}, "seed": number}
        if number == 0:
            config |= HOSTILE
        with SummaryWriter(logdir / name, config=config, tags=["baseline"] if number == 1 else None) as writer:
            for step in range(300 if number == 0 else 3):
                value = 99.0 if step == 157 else 1 / (step + 1 + number)
                writer.add_scalar("val/loss", value, step, walltime=2e9 - 1000 * number, double_precision=True)
    settings = Settings(logdir=logdir, index="off")
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        wait_for_reading(client)
        yield client


def post(client: TestClient, route: str, **body: Any) -> Any:
    answer = client.post(f"/data/runs/{route}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refuse(client: TestClient, route: str, **body: Any) -> Any:
    answer = client.post(f"/data/runs/{route}", json=body)
    assert answer.status_code == 422
    return answer.json()


def test_query_tells_the_names_that_it_finds(client: TestClient) -> None:
    found = post(client, "query", query="lr < 0.06 and optimizer.name = adam or baseline in tags")

    assert (found["num_runs"], found["num_found"]) == (4, 2)
    assert found["runs"] == ["a/2", "b/<i>x</i>"]
    assert found["version"] > 0
    assert post(client, "query", query="", limit=1)["runs"] == ["a/1"]


def test_query_is_asked_of_a_selection_in_its_order(client: TestClient) -> None:
    key = select(client, "b/<i>x</i>", "gone", "a/1")

    found = post(client, "query", query="seed >= 0", selection=key)

    assert found["runs"] == ["b/<i>x</i>", "a/1"]
    assert found["num_runs"] == 2
    answer = client.post("/data/runs/query", json={"query": "", "selection": "unknown"})
    assert answer.status_code == 404
    assert "No selection is known as 'unknown'" in answer.json()["detail"]


def test_error_points_at_the_column_as_javascript_counts(client: TestClient) -> None:
    assert refuse(client, "query", query='"😀" val/los < 3') == {
        "detail": "`val/los` is no metric. Did you mean `val/loss`?",
        "column": 5,
        "length": 7,
        "suggestion": "val/loss",
    }
    assert refuse(client, "query", query="lr <")["column"] == 4


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_completed_and_found(client: TestClient, name: str) -> None:
    written = name.replace("\\", "\\\\").replace("`", "\\`")
    candidates = post(client, "complete", text=f"`{written[:1]}", cursor=3)["candidates"]
    query = f"`{written}` = {HOSTILE[name]}"

    assert post(client, "query", query=query)["runs"] == ["a/1"]
    assert any(one["kind"] == "hparam" for one in candidates)


def test_completion_counts_as_javascript_does(client: TestClient) -> None:
    found = post(client, "complete", text="😀 opt", cursor=6)

    assert (found["start"], found["length"]) == (3, 3)
    assert found["candidates"][0] == {
        "text": "optimizer.name", "kind": "hparam", "num_runs": 4, "examples": ["adam", "sgd"],
    }  # fmt: skip


def test_columns_say_what_there_is(client: TestClient) -> None:
    answer = client.get("/data/runs/columns", params={"limit": 3})
    columns = {one["name"]: one for one in answer.json()["columns"]}

    assert columns["optimizer.name"] == {
        "name": "optimizer.name", "source": "hparams", "unit": "", "kinds": ["text"], "num_runs": 4, "num_values": 2,
        "is_constant": False, "values": [{"text": "adam", "num_runs": 2}, {"text": "sgd", "num_runs": 2}],
    }  # fmt: skip
    assert columns["val/loss"] == {
        "name": "val/loss", "source": "metrics", "num_runs": 4, "measures": ["last", "min", "max", "mean"],
    }  # fmt: skip
    assert columns["started"]["unit"] == "time"
    again = client.get("/data/runs/columns", params={"limit": 3}, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code in (200, 304)  # 200 where ten seconds ended between the two
    assert client.get("/data/runs/columns", params={"selection": "unknown"}).status_code == 404


def test_table_has_a_column_each(client: TestClient) -> None:
    names = ["lr", "optimizer.name", "val/loss.max", "<b>markup</b>", "tags"]
    told = post(client, "table", columns=names, limit=2)

    assert told["runs"] == ["a/1", "a/2"]
    assert [list(one.values())[2:] for one in told["columns"]] == [
        [[0.1, 0.05]], [["adam", "sgd"], [0, 1]], [[99.0, 0.5]], [[1.0, None]], [[["baseline"]], [-1, 0]],
    ]  # fmt: skip
    refused = refuse(client, "table", columns=["lr", "unknown.min"])
    assert refused["detail"].startswith("`unknown.min` is no metric.")


def test_differences_and_constants(client: TestClient) -> None:
    key = select(client, "a/1", "b/<i>x</i>")
    told = post(client, "differences", selection=key)

    names = [one["name"] for one in told["differing"]]
    assert (names[0], names[-1]) == ("lr", "seed")  # between them what only one of the two has
    assert told["differing"][0]["values"][0]["num_runs"] == 1
    assert {"name": "optimizer.name", "text": "adam", "value": "adam", "is_missing": False} in told["constant"]
    assert told["columns"] == []


def test_differences_come_with_the_values_of_every_run(client: TestClient) -> None:
    key = select(client, "a/1", "b/<i>x</i>")
    told = post(client, "differences", selection=key, num_columns=1)

    table = post(client, "table", selection=key, columns=["lr"])["columns"][0]
    assert told["columns"] == [{"name": "lr", "numbers": table["numbers"]}]
    assert len(set(table["numbers"])) == 2


def test_groups_keep_their_colours(client: TestClient) -> None:
    told = post(client, "groups", by=["optimizer.name"], slots={"sgd": 1})["groups"]

    assert [(one["label"], one["slot"], len(one["runs"])) for one in told] == [("adam", 2, 2), ("sgd", 1, 2)]
    assert told[0]["states"] == {"finished": 2}
    folders = post(client, "groups", pattern="^(?P<folder>[^/]+)/")["groups"]
    assert [one["label"] for one in folders] == ["a", "b"]
    assert [one["label"] for one in post(client, "groups")["groups"]] == ["all"]
    assert "cannot be read" in refuse(client, "groups", pattern="(")["detail"]
    assert "Did you mean `optimizer.name`?" in refuse(client, "groups", by=["optimiser.name"])["detail"]


def test_ramp_goes_by_the_number_that_varies_most(client: TestClient) -> None:
    told = post(client, "ramp")

    assert told["name"] == "lr"
    assert (told["positions"][0], told["positions"][-1], told["is_log"]) == (1.0, 0.0, False)
    assert post(client, "ramp", by="optimizer.name")["positions"] == [None] * 4


def test_sparklines_keep_the_extremes(client: TestClient) -> None:
    told = post(client, "sparklines", runs=["a/1", "a/2", "unknown"], tag="val/loss", points=32)["curves"]

    assert list(told) == ["a/1", "a/2"]
    assert len(told["a/1"]["steps"]) <= 32
    assert max(told["a/1"]["values"]) == 99.0
    assert (told["a/1"]["steps"][0], told["a/1"]["steps"][-1]) == (0, 299)
    assert told["a/2"]["values"] == [1 / 2, 1 / 3, 1 / 4]


def test_sparkline_of_a_restarted_series_is_that_of_the_points_that_count(tmp_path: Path) -> None:
    for number, values in enumerate([[5.0, 4.0, math.nan, 9.0], [2.0, 1.0]]):
        with SummaryWriter(tmp_path / "a", filename_suffix=f".{number}") as writer:
            for step, value in enumerate(values, 2 * number):
                writer.add_scalar("loss", value, step, walltime=1000.0 * number + step)
    with TestClient(create_app(Settings(logdir=tmp_path, index="off")), base_url="http://localhost") as client:
        wait_for_reading(client)
        told = post(client, "sparklines", runs=["a"], tag="loss")["curves"]

    assert told == {"a": {"steps": [0, 1, 2, 3], "values": [5.0, 4.0, 2.0, 1.0]}}


def test_what_people_add_is_found_at_once(client: TestClient) -> None:
    edits = [
        {"path": ["runs", "a/1", "tags", "kept"], "value": True},
        {"path": ["runs", "a/2", "name"], "value": "Best"},
    ]
    assert client.post("/data/sidecar/edits", json={"edits": edits}).status_code == 200

    assert post(client, "query", query="kept in tags")["runs"] == ["a/1"]
    assert post(client, "query", query="best")["runs"] == ["a/2"]


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("query", {}),
        ("query", {"query": "x" * 5_000}),
        ("query", {"query": "", "limit": -1}),
        ("query", {"query": "", "utc_offset_secs": 1e9}),
        ("complete", {"text": "", "cursor": -1}),
        ("table", {"columns": ["lr"] * 65}),
        ("groups", {"by": ["lr"] * 17}),
        ("groups", {"slots": {"a": 13}}),
        ("sparklines", {"runs": ["a"] * 65, "tag": "loss"}),
        ("sparklines", {"runs": ["a"], "tag": "loss", "points": 65}),
    ],
)
def test_limits_are_told_in_a_sentence(client: TestClient, route: str, body: dict[str, Any]) -> None:
    assert refuse(client, route, **body)["detail"].endswith(".")
