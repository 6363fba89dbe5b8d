"""The tab's copy of the sidecar, on a started board: edits are seen at once, kept, undone, or taken back if refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from summaries import SummaryWriter
from tests.browser.served import log

pytestmark = pytest.mark.browser
Run = Callable[[str, str], object]

# A session that has only what a sidecar asks of it; its posts can be made to fail.
MAKE = """
    const { ViewState } = await import('/static/js/view_state.js');
    const { getJSON, postJSON } = await import('/static/js/http.js');
    const { KEYS } = await import('/static/js/view_keys.js');
    const refused = [];
    const board = {
      view: new ViewState({ root: "/", keys: KEYS, emit: () => {} }),
      getJSON: (path) => getJSON(new URL(path, location.origin)),
      postJSON: async (path, body) => {
        if (board.fails) throw new Error("lost");
        return postJSON(new URL(path, location.origin), body);
      },
      emit: () => {},
    };
    const makeSidecar = async () => {
      const made = new module.Sidecar(board);
      made.on("refused", ({ label }) => refused.push(label));
      await made.whenKnown();
      return made;
    };
    const sidecar = await makeSidecar();
    const give = (run, field, value) => sidecar.edit([{ path: ["runs", run, field], value }], { label: field });
    const told = async () => (await board.getJSON("data/sidecar")).runs;
"""


@pytest.fixture
def run_sidecar(
    open_page: Callable[..., Page], start_board: Callable[..., str], tmp_path: Path
) -> Callable[..., object]:
    """Runs JavaScript with a sidecar of a new board on one run."""

    def run(body: str, *flags: str) -> object:
        with SummaryWriter(str(tmp_path / "one")) as writer:
            log(writer, [1.0])
        page = open_page(f"{start_board(tmp_path, *flags)}/static/mark.svg", allow_console="403|422")
        return page.evaluate(f"async () => {{ const module = await import('/static/js/sidecar.js'); {MAKE} {body} }}")

    return run


def test_edits_are_seen_at_once_and_kept(run_sidecar: Callable[..., object]) -> None:
    at_once, kept, told = run_sidecar("""
        const step = give("one", "notes", "*good*");
        const atOnce = sidecar.notesOf("one").notes;
        return [atOnce, await step.kept, await told()];
    """)

    assert (at_once, kept, told) == ("*good*", True, {"one": {"notes": "*good*"}})


def test_undo_goes_back_through_edits_and_changes_of_the_view_in_order(run_sidecar: Callable[..., object]) -> None:
    seen = run_sidecar("""
        const { view } = board;
        const look = () => [sidecar.notesOf("one").name ?? "", view.get("scalars.smoothing"), sidecar.baseline];
        give("one", "name", "First");
        view.set({ "scalars.smoothing": 0.5 }, { label: "smoothing" });
        sidecar.edit([{ path: ["baseline"], value: "one" }], { label: "baseline" });
        const seen = [look()];
        const labels = [view.undoLabel];
        for (let i = 0; i < 3; i += 1) { view.undo(); seen.push(look()); labels.push(view.undoLabel); }
        view.redo();
        seen.push(look());
        await sidecar.edit([{ path: ["views", "x"], value: "scalars" }], { label: "view" }).kept;
        return [seen, labels, await told()];
    """)

    assert seen == [
        [["First", 0.5, "one"], ["First", 0.5, ""], ["First", 0, ""], ["", 0, ""], ["First", 0, ""]],
        ["baseline", "smoothing", "name", None],
        {"one": {"name": "First"}},
    ]


def test_refused_edit_is_taken_back_with_its_step_of_undo(run_sidecar: Callable[..., object]) -> None:
    found = run_sidecar("""
        give("one", "name", "kept");
        const kept = await give("one", "color", 99).kept;
        return [kept, sidecar.notesOf("one"), refused, board.view.undoLabel];
    """)

    assert found == [False, {"name": "kept"}, ["color"], "name"]


def test_undo_that_does_not_reach_the_server_can_be_undone_later(run_sidecar: Callable[..., object]) -> None:
    found = run_sidecar("""
        await give("one", "name", "Kept").kept;
        board.fails = true;
        board.view.undo();
        const atOnce = sidecar.notesOf("one").name ?? "";
        await new Promise((resolve) => sidecar.on("refused", resolve));
        await new Promise((resolve) => setTimeout(resolve));
        const after = [sidecar.notesOf("one").name, board.view.undoLabel];
        board.fails = false;
        board.view.undo();
        await sidecar.edit([{ path: ["runs", "one", "notes"], value: "n" }], { label: "notes" }).kept;
        return [atOnce, after, await told()];
    """)

    assert found == ["", ["Kept", "name"], {"one": {"notes": "n"}}]


def test_edit_of_another_tab_is_taken_when_the_news_tell(run_sidecar: Callable[..., object]) -> None:
    found = run_sidecar("""
        const other = await makeSidecar();
        await give("__proto__", "tags", null)?.kept;
        await sidecar.edit([{ path: ["runs", "__proto__", "tags", "<b>"], value: true }], { label: "tag" }).kept;
        const before = other.notesOf("__proto__");
        const { server, version } = await board.getJSON("data/sidecar");
        other.hear({ server, sidecar: version });
        await other.refresh();
        return [before, other.notesOf("__proto__")];
    """)

    assert found == [{}, {"tags": ["<b>"]}]


def test_read_only_board_takes_no_edit(run_sidecar: Callable[..., object]) -> None:
    assert run_sidecar('return [sidecar.isReadOnly, give("one", "name", "x"), await told()];', "--read-only") == [
        True,
        None,
        {},
    ]


def test_what_edits_come_to_is_what_the_server_makes_of_them(run_sidecar: Callable[..., object]) -> None:
    here, there = run_sidecar("""
        const annotation = { step: 7, text: "note" };
        const edits = [
          { path: ["runs", "a", "name"], value: "A" }, { path: ["runs", "a", "is_pinned"], value: true },
          { path: ["runs", "a", "tags", "z"], value: true }, { path: ["runs", "a", "tags", "b"], value: true },
          { path: ["runs", "b", "color"], value: 3 }, { path: ["runs", "b", "is_hidden"], value: true },
          { path: ["runs", "b", "annotations", "1"], value: annotation }, { path: ["baseline"], value: "b" },
          { path: ["views", "v"], value: "scalars?x=wall" },
          { path: ["charts", "c"], value: { title: "both", tags: ["loss", "accuracy"] } },
        ];
        sidecar.edit(edits, { label: "all" });
        const less = [
          { path: ["runs", "a", "is_pinned"], value: false }, { path: ["runs", "a", "tags", "z"], value: null },
          { path: ["runs", "b", "color"], value: null },
        ];
        const plain = ({ runs, views, charts, ...rest }) => {
          const [runsHere, viewsHere, chartsHere] = [runs, views, charts].map((one) => Object.fromEntries(one));
          return { ...rest, runs: runsHere, views: viewsHere, charts: chartsHere };
        };
        const { kept } = sidecar.edit(less, { label: "less" });
        const here = plain(sidecar.state);
        await kept;
        const { runs, views, charts, baseline, annotations } = await board.getJSON("data/sidecar");
        return [here, { runs, views, charts, baseline, annotations }];
    """)

    assert here == there
    assert here["runs"] == {"a": {"name": "A", "tags": ["b"]}, "b": {"is_hidden": True}}
