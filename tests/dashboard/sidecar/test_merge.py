"""The state that edits come to, held against its definition, however they are made, ordered and repeated."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.sidecar import Change, Sidecar, SidecarState, edit_folder
from dashboard.sidecar.edits import Edit, parse_time
from dashboard.sidecar.merge import compact, fold
from summaries import parse_logdirs

PATHS = [("baseline",), ("runs", "a", "notes"), ("runs", "b", "notes"), ("runs", "a", "tags", "x"), ("views", "v")]
VALUES = {"baseline": "a", "views": "scalars?x=wall", "tags": True}


def define(edits: Iterable[Edit]) -> dict[tuple[str, ...], Any]:
    """What `fold` must give, word by word: the last edit of each path that was not taken back."""
    unique = {edit.order: edit for edit in edits}.values()

    def is_taken_back(edit: Edit) -> bool:
        return any(
            other.undoes == edit.id and other.order > edit.order and not is_taken_back(other) for other in unique
        )

    standing = sorted((edit for edit in unique if edit.path and not is_taken_back(edit)), key=lambda edit: edit.order)
    last = {edit.path: edit.value for edit in standing}
    return {path: value for path, value in last.items() if value is not None}


@st.composite
def make_edits(draw: st.DrawFn) -> list[Edit]:
    """Edits at times that may be equal, of which some take back any other, a later one or itself too."""
    edits = []
    for number in range(draw(st.integers(0, 12))):
        time, identifier = draw(st.integers(1, 9)), f"{number:x}"
        if draw(st.booleans()):
            edits.append(Edit(time, identifier, undoes=f"{draw(st.integers(0, 12)):x}"))
        else:
            edits.append(Edit(time, identifier, draw(st.sampled_from(PATHS)), draw(st.none() | st.integers(0, 3))))
    return edits


@given(make_edits(), st.randoms(use_true_random=False))
def test_state_is_that_of_the_definition_in_any_order_and_with_repetitions(edits: list[Edit], chance: Any) -> None:
    shuffled = [*edits, *chance.choices(edits, k=3)] if edits else []
    chance.shuffle(shuffled)

    assert fold(shuffled) == fold(edits) == define(edits)


@given(make_edits(), make_edits(), st.integers(0, 10))
def test_edits_that_were_dropped_change_nothing_whatever_comes_later(
    edits: list[Edit], others: list[Edit], oldest: int
) -> None:
    recent = {edit.id for edit in edits if edit.time >= oldest}
    # From another board, and maybe from long ago; but it takes back nothing that is old.
    others = [
        Edit(other.time, f"other-{other.id}", other.path, other.value, other.undoes)
        for other in others
        if not other.undoes or other.undoes in recent
    ]

    kept = compact(edits, oldest)

    assert fold(kept) == fold(edits)
    assert fold([*kept, *others]) == fold([*edits, *others])
    assert kept == sorted(kept, key=lambda edit: edit.order)


Move = tuple[int, str, int, int]
WORDS = ["set", "set", "clear", "undo", "look"]
MOVES = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(WORDS), st.integers(0, 4), st.integers(0, 9)), max_size=14
)


def play(board: Sidecar, move: Move, known: list[str]) -> None:
    """Does one move on a board; adds the ids of its edits to `known`."""
    _, word, path_number, number = move
    path = PATHS[path_number]
    value = VALUES.get(path[0]) or VALUES.get(path[-2]) or f"text {number}"
    if word == "look":
        board.look()
    elif word == "undo" and known:
        board.look()
        known.extend(board.undo([known[number % len(known)]]).ids)
    elif word in ("set", "clear"):
        known.extend(board.apply([Change(path, value if word == "set" else None)]).ids)


def read_by_hand(folder: Path) -> list[Edit]:
    """The edits of all files, read as docs/sidecar.md describes them."""
    lines = [json.loads(line) for path in folder.glob("*.jsonl") for line in path.read_text().split("\n") if line]
    return [
        Edit(
            parse_time(line["time"]), line["id"], tuple(line.get("path", ())), line.get("value"), line.get("undoes", "")
        )
        for line in lines
    ]


def flatten(state: SidecarState) -> dict[tuple[str, ...], Any]:
    """A state as values of paths, with what this test sets."""
    values: dict[tuple[str, ...], Any] = {("views", name): address for name, address in state.views.items()}
    for run, notes in state.runs.items():
        values |= {("runs", run, "notes"): notes.notes} if notes.notes else {}
        values |= {("runs", run, "tags", tag): True for tag in notes.tags}
    return values | ({("baseline",): state.baseline} if state.baseline else {})


@settings(max_examples=80)
@given(MOVES, st.sampled_from([0.0, -3600.0, 1e-6, 7200.0]), st.sampled_from([1, 3, 32]))
def test_two_boards_come_to_the_same_state(moves: Sequence[Move], skew_secs: float, max_files: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(edit_folder, "MAX_FILES", max_files)
        Path(folder, "runs").mkdir()
        logdirs = parse_logdirs(Path(folder, "runs"))
        clocks = [lambda: 1.7e9, lambda: 1.7e9 + skew_secs]
        boards = [Sidecar(logdirs, data=Path(folder, "data"), clock=clock) for clock in clocks]
        known: list[str] = []

        for move in moves:
            play(boards[move[0]], move, known)
        for board in boards:
            board.look()

        third = Sidecar(logdirs, data=Path(folder, "data"))
        edits = read_by_hand(Path(folder, "runs", ".board", "edits"))
        assert boards[0].state() == boards[1].state() == third.state()
        assert flatten(third.state()) == define(edits)
        assert {edit.id for edit in edits} == set(known)
