from __future__ import annotations

import math
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from dashboard.api import histograms
from dashboard.api.histograms import make_router
from dashboard.api.selections import Selections
from dashboard.store.memory import MemoryStore
from summaries import LogdirTail, SummaryWriter
from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import HistogramProto, Summary
from summaries.records import frame

Values = dict[int, list[float]]


class Board:
    """The histogram routes over the logdir `path`, as one browser tab asks them."""

    def __init__(self, path: Path) -> None:
        self._store = MemoryStore()
        self._tail = LogdirTail(path)
        self.selections = Selections()
        app = FastAPI()
        app.include_router(make_router(self._store, self.selections, "board"))
        self._client = TestClient(app, base_url="http://localhost")

    def reload(self) -> None:
        for update in self._tail.poll():
            self._store.append(update)

    def get(self, path: str, **params: Any) -> Any:
        return self._client.get(f"/data/{path}", params=params)

    def cards(self, *runs: str, **params: Any) -> list[dict[str, Any]]:
        key = self.selections.add(runs)
        answer = self.get("histograms", selection=key, format="json", **params)
        assert answer.status_code == 200, answer.text
        cards: list[dict[str, Any]] = answer.json()["cards"]
        return cards


@pytest.fixture
def write_histograms(tmp_path: Path) -> Callable[..., None]:
    """Writes one tag of a run below `tmp_path`, a histogram a step, at wall times 1000 + step."""

    def write(run: str, tag: str, values: Values, start: float = 1000.0) -> None:
        with SummaryWriter(tmp_path / run) as writer:
            for step, numbers in values.items():
                writer.add_histogram(tag, np.array(numbers), step, walltime=start + step)

    return write


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


def test_card_holds_what_was_logged(write_histograms: Callable[..., None], board: Board) -> None:
    write_histograms("a", "w", {0: [1.0, 3.0], 5: [2.0, 2.0, 2.0, math.nan]})
    board.reload()

    (card,) = board.cards("a", tag=["w"])

    assert (card["tag"], card["run"], card["runs"]) == (0, 0, [0])
    assert (card["steps"], card["wall_times"]) == ([0, 5], [1000.0, 1005.0])
    assert (card["mean"], card["std"]) == ([2.0, 2.0], [1.0, 0.0])
    assert (card["num"], card["num_non_finite"], card["zeros"]) == ([2.0, 4.0], [0.0, 1.0], [0.0, 0.0])
    assert (card["num_logged"], card["num_flagged"]) == (2, 1)
    assert [sum(row) for row in card["shares"]] == pytest.approx([1.0, 0.75])


def test_of_selected_runs_the_newest_with_the_tag_is_drawn(write_histograms: Callable[..., None], board: Board) -> None:
    write_histograms("old", "w", {0: [1.0]}, start=1000.0)
    write_histograms("new", "w", {0: [2.0]}, start=2000.0)
    write_histograms("newest", "other", {0: [3.0]}, start=3000.0)
    board.reload()

    (card,) = board.cards("old", "newest", "new", tag="w")
    (chosen,) = board.cards("old", "newest", "new", tag="w", run="old")
    (unselected,) = board.cards("old", tag="w", run="new")

    assert (card["run"], card["runs"], card["mean"]) == (2, [2, 0], [2.0])
    assert (chosen["run"], chosen["runs"], chosen["mean"]) == (0, [2, 0], [1.0])
    assert (unselected["run"], unselected["mean"]) == (0, [1.0])


def test_tag_that_is_text_too_is_drawn(tmp_path: Path, write_histograms: Callable[..., None], board: Board) -> None:
    with SummaryWriter(tmp_path / "a", filename_suffix=".0") as writer:
        writer.add_text("w", "the first layer", 0)
    write_histograms("a", "w", {1: [2.0]})
    board.reload()

    (card,) = board.cards("a", tag="w")

    assert (card["steps"], card["mean"]) == ([1], [2.0])


def test_tag_of_no_selected_run_makes_an_empty_card(write_histograms: Callable[..., None], board: Board) -> None:
    write_histograms("a", "w", {0: [1.0]})
    write_histograms("b", "v", {0: [1.0]})
    board.reload()

    cards = board.cards("b", tag=["w", "v", "missing"])

    assert [(card["tag"], card["run"]) for card in cards] == [(0, None), (1, 0), (2, None)]


def test_only_runs_that_changed_are_sent_again(write_histograms: Callable[..., None], board: Board) -> None:
    write_histograms("a", "w", {0: [1.0]})
    write_histograms("b", "v", {0: [1.0]})
    board.reload()
    key = board.selections.add(["a", "b"])
    version = board.get("histograms", selection=key, tag="w", format="json").json()["version"]
    write_histograms("b", "v", {1: [5.0]})
    board.reload()

    answer = board.get("histograms", selection=key, tag=["w", "v"], since=version, format="json").json()

    assert answer["version"] > version
    assert [(card["tag"], card["steps"]) for card in answer["cards"]] == [(1, [0, 1])]


def test_steps_are_thinned_but_those_with_nan_are_drawn(write_histograms: Callable[..., None], board: Board) -> None:
    write_histograms("a", "w", {step: [math.nan if step == 37 else 1.0, 2.0] for step in range(100)})
    board.reload()

    (card,) = board.cards("a", tag="w", max_steps=10)

    assert card["num_logged"] == 100
    assert len(card["steps"]) <= 10
    assert {0, 37, 99} <= set(card["steps"])
    (card,) = board.cards("a", tag="w", start=40, stop=43)
    assert (card["num_logged"], card["steps"]) == (4, [40, 41, 42, 43])


def test_histograms_that_a_restart_replaced_are_not_drawn(tmp_path: Path, board: Board) -> None:
    for first, start in ((0, 1000.0), (20, 2000.0)):
        with SummaryWriter(tmp_path / "a", filename_suffix=f".{first}") as writer:
            for step in (first, first + 10, first + 20):
                writer.add_histogram("w", np.array([float(first)]), step, walltime=start + step)
    board.reload()

    (card,) = board.cards("a", tag="w")

    assert (card["steps"], card["mean"]) == ([0, 10, 20, 30, 40], [0.0, 0.0, 20.0, 20.0, 20.0])
    assert card["num_replaced"] == 1


def test_damaged_histogram_costs_that_histogram_only(
    tmp_path: Path, write_histograms: Callable[..., None], board: Board
) -> None:
    write_histograms("a", "w", {0: [1.0], 2: [2.0]})
    broken = Summary(value=[Summary.Value(tag="w", histo=HistogramProto(bucket_limit=[1.0, 2.0], bucket=[1.0]))])
    event = Event(wall_time=1003.0, step=3, summary=broken)
    (path,) = (tmp_path / "a").iterdir()
    with path.open("ab") as file:
        file.write(frame(event.SerializeToString()))
    board.reload()

    (card,) = board.cards("a", tag="w")

    assert (card["steps"], card["num_logged"], card["num_unreadable"]) == ([0, 2], 2, 1)


def test_binary_answer_is_laid_out_as_its_specification_says(
    write_histograms: Callable[..., None], board: Board
) -> None:
    write_histograms("a", "w", {0: [1.0, 3.0], 5: [2.0]})
    board.reload()
    key = board.selections.add(["other", "a"])

    body = board.get("histograms", selection=key, tag=["missing", "w"]).content

    magic, wire_version, _, num_cards, _, store_version = struct.unpack_from("<4sHHIIQ", body)
    assert (magic, wire_version, num_cards) == (b"BRDH", 1, 2)
    assert store_version > 0
    assert struct.unpack_from("<II", body, 24) == (0, 2**32 - 1)
    start = 24 + 88
    counts = struct.unpack_from("<12I", body, start)
    assert counts[:4] == (1, 1, 1, 2)
    assert counts[5:] == (0, 2, 0, 0, 0, 0, 0)
    low, high, peak, changed, first_wall = struct.unpack_from("<5d", body, start + 48)
    assert low < 1.0 < 3.0 < high
    assert 0 < peak <= 1
    assert math.isnan(changed)
    columns = np.frombuffer(body, "<f8", 2 + 2 + 16, start + 88 + 8)
    assert columns[:6].tolist() == [0.0, 5.0, 1000.0 - first_wall, 1005.0 - first_wall, 2.0, 2.0]
    shares = np.frombuffer(body, "<f4", 2 * counts[4], start + 88 + 8 + 160)
    assert shares.reshape(2, -1).sum(axis=1).tolist() == pytest.approx([1.0, 1.0])
    assert len(body) == start + 88 + 8 + 160 + (shares.nbytes + 7) // 8 * 8


def test_buckets_of_a_step_are_those_that_were_logged(write_histograms: Callable[..., None], board: Board) -> None:
    write_histograms("a", "w", {0: [1.0, 1.01, 3.0], 5: [2.0]})
    board.reload()

    answer = board.get("histograms/buckets", run="a", tag="w", step=[5, 0], format="json").json()
    body = board.get("histograms/buckets", run="a", tag="w", step=[5, 0]).content

    assert [one["step"] for one in answer["histograms"]] == [5, 0]
    assert answer["histograms"][0] == {"step": 5, "lefts": [2.0], "rights": [2.0], "counts": [1.0]}
    first = answer["histograms"][1]
    assert (first["lefts"][0], first["rights"][-1], sum(first["counts"])) == (1.0, 3.0, 3.0)
    assert struct.unpack_from("<4sHHIIdII3d", body) == (b"BRDB", 1, 0, 2, 0, 5.0, 1, 0, 2.0, 2.0, 1.0)


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"run": "nobody", "tag": "w", "step": 0}, "no run 'nobody'"),
        ({"run": "a", "tag": "v", "step": 0}, "no tag 'v'"),
        ({"run": "a", "tag": "w", "step": 3}, "step must be one at which 'w' was logged in run 'a'; got 3."),
    ],
)
def test_buckets_of_what_is_not_there_are_not_found(
    write_histograms: Callable[..., None], board: Board, params: dict[str, Any], sentence: str
) -> None:
    write_histograms("a", "w", {0: [1.0]})
    board.reload()

    answer = board.get("histograms/buckets", **params)

    assert answer.status_code == 404
    assert sentence in answer.json()["detail"]


def test_selection_that_was_not_posted_is_not_found(board: Board) -> None:
    answer = board.get("histograms", selection="0123", tag="w")

    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("No selection is known as '0123'.")


@pytest.mark.parametrize(
    "params",
    [{"tag": "w", "max_steps": 1}, {"tag": "w", "max_steps": 61}, {"tag": "w", "width": 15}, {"tag": ["w"] * 101}, {}],
)
def test_parameter_beyond_its_limits_is_refused(board: Board, params: dict[str, Any]) -> None:
    key = board.selections.add(["a"])

    assert board.get("histograms", selection=key, **params).status_code == 422


def test_file_that_went_away_costs_its_histograms_only(
    tmp_path: Path, write_histograms: Callable[..., None], board: Board
) -> None:
    write_histograms("a", "w", {0: [1.0]})
    write_histograms("b", "v", {0: [1.0]})
    board.reload()
    for path in (tmp_path / "a").iterdir():
        path.unlink()

    gone, other = board.cards("a", "b", tag=["w", "v"])

    assert (gone["num_logged"], gone["num_unreadable"], gone["steps"]) == (0, 1, [])
    assert (other["num_logged"], other["num_unreadable"], other["steps"]) == (1, 0, [0])


def test_buckets_of_a_file_that_went_away_are_refused_with_a_sentence(
    tmp_path: Path, write_histograms: Callable[..., None], board: Board
) -> None:
    write_histograms("a", "w", {0: [1.0]})
    board.reload()
    for path in (tmp_path / "a").iterdir():
        path.unlink()

    answer = board.get("histograms/buckets", run="a", tag="w", step=0)

    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("An event file changed or went away while it was read.")


def test_rewritten_file_is_looked_at_anew(tmp_path: Path, write_histograms: Callable[..., None], board: Board) -> None:
    write_histograms("a", "w", {0: [1.0, math.nan]})
    write_histograms("b", "w", {0: [1.0, 3.0]})
    board.reload()
    (before,) = board.cards("a", tag="w")

    (old,), (new,) = (tmp_path / "a").iterdir(), (tmp_path / "b").iterdir()
    old.write_bytes(new.read_bytes())
    board.reload()
    (after,) = board.cards("a", tag="w")

    assert (before["num_flagged"], after["num_flagged"]) == (1, 0)
    assert after["mean"] == [2.0]


def test_many_tabs_ask_at_once_while_what_is_remembered_is_dropped(
    write_histograms: Callable[..., None], board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histograms, "MAX_REMEMBERED", 3)
    write_histograms("a", "w", {step: [1.0, 2.0] for step in range(50)})
    board.reload()

    with ThreadPoolExecutor(8) as tabs:
        answers = list(tabs.map(lambda _: board.cards("a", tag="w"), range(16)))

    assert [card["num_logged"] for (card,) in answers] == [50] * 16
