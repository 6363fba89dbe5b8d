from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.api.sidecar import state_to_json
from dashboard.sidecar import Change, Note, ReadOnlyError, RunNotes, Sidecar
from summaries import parse_logdirs

DAY = 86_400.0


class Now:
    """A clock that a test sets."""

    secs = 1.7e9

    def __call__(self) -> float:
        return self.secs


@pytest.fixture
def open_board(tmp_path: Path) -> Callable[..., Sidecar]:
    """Opens the sidecar of logdirs, which are made."""

    def open_logdirs(*given: str, **options: object) -> Sidecar:
        logdirs = parse_logdirs([str(tmp_path / name) if "=" not in name else name for name in given or ("runs",)])
        for logdir in logdirs:
            Path(logdir.path).mkdir(exist_ok=True)
        return Sidecar(logdirs, data=tmp_path / "data", **options)

    return open_logdirs


def test_all_that_can_be_added_is_in_the_state_of_the_next_board(open_board: Callable[..., Sidecar]) -> None:
    changes = [
        Change(("runs", "a", "name"), "The baseline"),
        Change(("runs", "a", "notes"), "**better**"),
        Change(("runs", "a", "color"), 3),
        Change(("runs", "a", "is_pinned"), True),
        Change(("runs", "a", "tags", "cnn"), True),
        Change(("runs", "a", "tags", "best"), True),
        Change(("runs", "b/c", "color"), "#3463ea"),
        Change(("runs", "b/c", "is_hidden"), True),
        Change(("runs", "d", "is_archived"), True),
        Change(("runs", "d", "annotations", "2"), {"step": 900, "text": "diverged"}),
        Change(("runs", "d", "annotations", "1"), {"step": -5, "text": "warm-up", "tag": "loss"}),
        Change(("baseline",), "a"),
        Change(("views", "Losses"), "scalars?x=wall"),
    ]

    open_board().apply(changes)
    state = open_board().state()

    assert state.runs == {
        "a": RunNotes("The baseline", "**better**", ("best", "cnn"), 3, is_pinned=True),
        "b/c": RunNotes(color="#3463ea", is_hidden=True),
        "d": RunNotes(is_archived=True),
    }
    assert state.baseline == "a"
    assert state.views == {"Losses": "scalars?x=wall"}
    assert state.annotations == (Note("d", "1", -5, "warm-up", "loss"), Note("d", "2", 900, "diverged"))


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=alert(1)>", "\u202egnp.exe", "a\nb\r\n\x00", "../../etc/passwd", "{}", "\u2028", "💥"]
)
def test_hostile_text_is_data(text: str, open_board: Callable[..., Sidecar], tmp_path: Path) -> None:
    open_board().apply([Change(("runs", text, "name"), text), Change(("views", text), f"?{text}")])

    state = open_board().state()

    assert state.runs == {text: RunNotes(name=text)}
    assert state.views == {text: f"?{text}"}
    assert {path.name for path in tmp_path.iterdir()} == {"runs"}


def test_nothing_is_kept_of_changes_of_which_one_is_wrong(open_board: Callable[..., Sidecar], tmp_path: Path) -> None:
    sidecar = open_board()

    with pytest.raises(ValueError, match="color must be"):
        sidecar.apply([Change(("runs", "a", "name"), "b"), Change(("runs", "a", "color"), "red")])

    assert sidecar.state().runs == {}
    assert list((tmp_path / "runs").iterdir()) == []


def test_version_grows_with_the_state_alone(open_board: Callable[..., Sidecar]) -> None:
    first, second = open_board(), open_board()
    assert first.version == 0
    first.look()
    second.look()
    assert first.version == second.version == 1

    applied = first.apply([Change(("runs", "a", "name"), "b")])
    same = first.apply([Change(("runs", "a", "name"), "b")])

    assert applied.version == same.version == first.version == 2
    assert second.version == 1
    assert second.look()
    assert second.version == 2
    assert not second.look()


def test_undo_brings_back_what_was_before_and_undoing_it_does_it_again(open_board: Callable[..., Sidecar]) -> None:
    sidecar = open_board()
    sidecar.apply([Change(("runs", "a", "name"), "first")])
    applied = sidecar.apply([Change(("runs", "a", "name"), "second"), Change(("runs", "b", "is_hidden"), True)])

    undone = sidecar.undo(applied.ids)
    assert open_board().state().runs == {"a": RunNotes(name="first")}

    sidecar.undo(undone.ids)
    assert open_board().state().runs == {"a": RunNotes(name="second"), "b": RunNotes(is_hidden=True)}


def test_undo_leaves_what_another_did_later(open_board: Callable[..., Sidecar]) -> None:
    mine, other = open_board(), open_board()
    applied = mine.apply([Change(("runs", "a", "name"), "mine")])
    other.look()
    other.apply([Change(("runs", "a", "name"), "theirs")])

    mine.undo(applied.ids)

    assert mine.state().runs["a"].name == "theirs"


def test_tags_that_two_add_at_once_are_both_kept(open_board: Callable[..., Sidecar]) -> None:
    first, second = open_board(), open_board()

    first.apply([Change(("runs", "a", "tags", "x"), True)])
    second.apply([Change(("runs", "a", "tags", "y"), True)])
    first.look()

    assert first.state().runs["a"].tags == second.state().runs["a"].tags == ("x", "y")


def test_edit_wins_over_those_that_its_maker_saw_whatever_the_clocks_say(open_board: Callable[..., Sidecar]) -> None:
    ahead, behind = open_board(clock=lambda: 2e9), open_board(clock=lambda: 1e9)
    ahead.apply([Change(("baseline",), "a")])
    behind.look()

    behind.apply([Change(("baseline",), "b")])
    ahead.look()

    assert ahead.state().baseline == "b"


def test_edits_can_be_taken_back_for_a_week(open_board: Callable[..., Sidecar]) -> None:
    now = Now()
    sidecar = open_board(clock=now)
    ids = sidecar.apply([Change(("baseline",), "a")]).ids

    now.secs += 7 * DAY + 1

    with pytest.raises(KeyError, match="No edit of the last 7 days is known as"):
        sidecar.undo(ids)
    with pytest.raises(KeyError, match="'gone'"):
        sidecar.undo(["gone"])
    assert sidecar.state().baseline == "a"


def test_board_that_may_change_nothing_shows_what_there_is(open_board: Callable[..., Sidecar], tmp_path: Path) -> None:
    ids = open_board().apply([Change(("baseline",), "a")]).ids
    before = sorted(tmp_path.rglob("*"))
    sidecar = open_board(is_read_only=True)

    with pytest.raises(ReadOnlyError, match="The board was started with --read-only"):
        sidecar.apply([Change(("baseline",), "b")])
    with pytest.raises(ReadOnlyError, match="--read-only"):
        sidecar.undo(ids)

    assert sidecar.state().baseline == "a"
    assert sorted(tmp_path.rglob("*")) == before


def test_runs_of_several_logdirs_keep_what_is_added_in_their_own(
    open_board: Callable[..., Sidecar], tmp_path: Path
) -> None:
    both = open_board(f"x={tmp_path}/first", f"y={tmp_path}/second")

    applied = both.apply(
        [
            Change(("runs", "x/a", "name"), "in the first"),
            Change(("runs", "y/b", "name"), "in the second"),
            Change(("runs", "y", "notes"), "of the second itself"),
            Change(("baseline",), "y/b"),
            Change(("views", "v"), "scalars"),
        ]
    )

    second = open_board("second").state()
    assert second.runs == {"b": RunNotes(name="in the second"), ".": RunNotes(notes="of the second itself")}
    assert (second.baseline, second.views) == ("b", {})
    first = open_board("first").state()
    assert (first.runs, first.baseline, first.views) == ({"a": RunNotes(name="in the first")}, "", {"v": "scalars"})
    renamed = open_board(f"z={tmp_path}/second", f"x={tmp_path}/first").state()
    assert renamed.baseline == "z/b"
    assert set(renamed.runs) == {"x/a", "z", "z/b"}
    both.undo(applied.ids)
    assert open_board(f"x={tmp_path}/first", f"y={tmp_path}/second").state().runs == {}


def test_baseline_is_the_one_that_was_set_last_wherever_it_lies(
    open_board: Callable[..., Sidecar], tmp_path: Path
) -> None:
    both = open_board(f"x={tmp_path}/first", f"y={tmp_path}/second")

    both.apply([Change(("baseline",), "y/b")])
    both.apply([Change(("baseline",), "x/a")])
    assert both.state().baseline == "x/a"

    both.apply([Change(("baseline",), None)])
    assert both.state().baseline == ""


def test_run_of_no_logdir_is_refused(open_board: Callable[..., Sidecar], tmp_path: Path) -> None:
    both = open_board(f"x={tmp_path}/first", f"y={tmp_path}/second")

    with pytest.raises(ValueError, match="run must be one of the logdirs' runs; got 'z/a'"):
        both.apply([Change(("runs", "z/a", "name"), "b")])


def test_what_is_added_to_runs_of_an_object_store_lies_in_the_users_folder(tmp_path: Path, memory: str) -> None:
    sidecar = Sidecar(parse_logdirs(memory), data=tmp_path / "data")

    sidecar.apply([Change(("runs", "a", "name"), "b")])

    assert Sidecar(parse_logdirs(memory), data=tmp_path / "data").state().runs == {"a": RunNotes(name="b")}
    (remark,) = sidecar.remarks()
    assert remark.startswith(f"What is added to runs of {memory} is kept for this user only, in {tmp_path}/data/runs-")
    assert remark.endswith("/edits: it is an object store.")


def test_logdir_behind_a_link_of_ours_is_one(tmp_path: Path, open_board: Callable[..., Sidecar]) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "runs").symlink_to(tmp_path / "real")

    open_board().apply([Change(("baseline",), "a")])

    assert open_board("real").state().baseline == "a"


def test_link_in_place_of_the_sidecar_is_told_and_left_alone(
    tmp_path: Path, open_board: Callable[..., Sidecar]
) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "runs" / ".board").symlink_to(tmp_path / "outside")
    sidecar = open_board()
    assert "a link is in the place of a folder" in sidecar.remarks()[-1]

    sidecar.apply([Change(("baseline",), "a")])

    assert list((tmp_path / "outside").iterdir()) == []
    assert open_board().state().baseline == "a"
    assert "is kept for this user only" in sidecar.remarks()[-1]


def test_logdir_that_is_gone_is_not_made_again(tmp_path: Path, open_board: Callable[..., Sidecar]) -> None:
    sidecar = open_board()
    (tmp_path / "runs").rmdir()

    with pytest.raises(FileNotFoundError):
        sidecar.apply([Change(("baseline",), "a")])

    assert list(tmp_path.iterdir()) == []
    assert sidecar.state().baseline == ""


PARTS = st.sampled_from(
    ["runs", "a", "name", "notes", "color", "tags", "annotations", "baseline", "views", "later", ""]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.fixed_dictionaries({"step": inner, "text": inner, "tag": inner}),
    max_leaves=4,
)
LINES = st.fixed_dictionaries(
    {
        "time": st.sampled_from(["2026-11-25T00:00:00Z", "2026-11-25T00:00:01Z", "soon"]),
        "id": st.text("ab", max_size=2),
        "path": st.lists(PARTS, max_size=5) | JSON,
        "value": JSON,
    },
    optional={"undoes": st.text("ab", max_size=2) | JSON},
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=8))
def test_whatever_lies_there_is_a_state_that_can_be_sent(tmp_path: Path, lines: list[dict[str, Any]]) -> None:
    edits = tmp_path / ".board" / "edits"
    edits.mkdir(parents=True, exist_ok=True)
    (edits / "strange.jsonl").write_text("\n".join(map(json.dumps, lines)))

    state = Sidecar(parse_logdirs(tmp_path)).state()

    assert json.dumps(state_to_json(state), ensure_ascii=False, allow_nan=False).encode()


def test_documentation_shows_edits_as_they_are(tmp_path: Path, open_board: Callable[..., Sidecar]) -> None:
    text = (Path(__file__).parents[3] / "docs" / "sidecar.md").read_text()
    first, second = text.partition("```json\n")[2].partition("```")[0].splitlines()
    edits = tmp_path / "runs" / ".board" / "edits"
    edits.mkdir(parents=True)

    (edits / "first.jsonl").write_text(f"{first}\n")
    assert open_board().state().runs == {"lr_0.1": RunNotes(notes="diverged")}

    (edits / "second.jsonl").write_text(second)
    assert open_board().state().runs == {}
    assert open_board().remarks() == ()


def test_file_reads_as_the_documentation_shows_it(tmp_path: Path, open_board: Callable[..., Sidecar]) -> None:
    (identifier,) = open_board(clock=lambda: 1_700_000_000.0).apply([Change(("runs", "a", "name"), "é")]).ids

    (path,) = (tmp_path / "runs" / ".board" / "edits").iterdir()
    text = path.read_text()

    assert path.name == f"20231114T221320.000000Z-{identifier}.jsonl"
    assert json.loads(text) == {
        "time": "2023-11-14T22:13:20.000000Z",
        "id": identifier,
        "path": ["runs", "a", "name"],
        "value": "é",
    }
    assert text.index("time") < text.index("id") < text.index("path") < text.index("é")
