"""The URL of a view: what is written is read again, whatever it says, and hostile links change nothing."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.pages import PAGES

pytestmark = pytest.mark.browser
Run = Callable[[str, str], object]
ROOT = Path(__file__).resolve().parent.parent.parent

HARD_TEXTS = [
    "a", "exp/high", "lr=0.1,bs=32", "a&b=c", "a b+c", "100 %", "%2F", "#1", "ä€😀", "'\"<b>", "..", ".", "-",
    "(a|b)\\d+$", "v=3", "\u202eabc", "line\nbreak", "\ttab", "a" * 400,
]  # fmt: skip
NAMES = ["only", "except", "also"]

# A view without its session, on an address of its own.
MAKE_VIEW = """
    const { KEYS } = await import('/static/js/view_keys.js');
    const makeView = (path, emit = () => {}) => {
      if (path) history.replaceState(null, "", path);
      return new module.ViewState({ root: "/", keys: KEYS, emit });
    };
    const valuesOf = (view) => ({ ...view.ofPage(""), ...view.ofPage(view.page) });
"""


@pytest.fixture
def run_view(run_module: Run) -> Callable[[str], object]:
    """Runs JavaScript that makes views with `makeView(path, emit)`."""
    return lambda body: run_module("view_state.js", MAKE_VIEW + body)


def random_state(rng: random.Random) -> dict[str, object]:
    """Values for keys of the frame and of the Scalars page, some of them defaults."""

    def texts(most: int) -> list[str]:
        return sorted(rng.sample(HARD_TEXTS, rng.randint(0, most)))

    start = rng.choice([0, -5.5, 1e9, 0.001]) + rng.random()
    state: dict[str, object] = {
        "only": rng.choice([None, [], texts(5)]), "except": texts(5), "also": texts(3),
        "runs": rng.choice(["", *HARD_TEXTS]),
        "range": rng.choice([None, {"axis": "wall", "bounds": [start, start + rng.choice([1e-9, 1, 1000])]}]),
        "scalars.filter": rng.choice(["", *HARD_TEXTS]), "scalars.x": rng.choice(["step", "relative", "wall"]),
        "scalars.y": rng.choice(["linear", "log"]), "scalars.smoothing": rng.choice([0, 0.6, 0.999, 0.123]),
        "scalars.closed": texts(4), "scalars.open": texts(2), "scalars.card": texts(2),
    }  # fmt: skip
    return {key: value for key, value in state.items() if rng.random() < 0.7}


def test_random_views_are_read_from_their_link_as_they_were(run_view: Callable[[str], object]) -> None:
    states = [random_state(random.Random(seed)) for seed in range(300)]

    differing = run_view(f"""
        const differing = [];
        for (const state of {json.dumps(states)}) {{
          const view = makeView("/scalars");
          view.set(state);
          const again = makeView(view.href().slice(location.origin.length));
          if (JSON.stringify(valuesOf(view)) !== JSON.stringify(valuesOf(again))) differing.push(state);
          if (view.href() !== again.href()) differing.push(view.href());
        }}
        return differing;
    """)

    assert differing == []


def test_link_is_short_and_readable(run_view: Callable[[str], object]) -> None:
    query = run_view("""
        const view = makeView("/scalars");
        view.set({ except: ["exp/b", "exp/a"], range: { axis: "step", bounds: [100, 2000.5] } });
        view.set({ "scalars.smoothing": 0.6, "scalars.filter": "train loss", "graph.node": "dense" });
        return view.href().slice(location.origin.length);
    """)

    assert query == ("/scalars?v=3&except=exp/a&except=exp/b&range=step:100..2000.5&filter=train+loss&smoothing=0.6")


def test_defaults_leave_no_trace(run_view: Callable[[str], object]) -> None:
    hrefs = run_view("""
        const view = makeView("/scalars?nothing=1");
        const first = view.href();
        view.set({ "scalars.smoothing": 0.5, only: ["a"] });
        view.set({ "scalars.smoothing": 0, only: null });
        return [first, view.href()].map((href) => href.slice(location.origin.length));
    """)

    assert hrefs == ["/scalars", "/scalars"]


MALFORMED = [
    "smoothing=1e999", "smoothing=NaN", "smoothing=-1", "smoothing=0x", "smoothing=", "x=constructor",
    "range=step:2..1", "range=step:1..1", "range=depth:1..2", "range=step:Infinity..1", "range=step:1e999..2e999",
    "range=..", "range=step:1..2..3", "card=", "except=", "open=&closed=", "__proto__=1",
    "filter=" + "a" * 501, "y=LOG", "x=__proto__", "x=declared&x=wall", "constructor=1&toString=2",
    "%E0%A4%A", "&&&===", "v=", "v=abc", "v=-1", "v=1.5", "v=0", "v=1e999", "scalars.smoothing=0.5", "graph.node=a",
]  # fmt: skip


def test_malformed_links_show_the_default_view(run_view: Callable[[str], object]) -> None:
    plain, shown = run_view(f"""
        const show = (path) => JSON.stringify(valuesOf(makeView(path)));
        return [show("/scalars"), {json.dumps(MALFORMED)}.map((query) => show(`/scalars?${{query}}`))];
    """)

    differing = {query: view for query, view in zip(MALFORMED, shown, strict=True) if view != plain}
    assert differing == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/scalars?v=1&runs=none&with=exp%2Fa&with=b", "/scalars?v=3&only=b&only=exp/a&x=step"),
        ("/scalars?v=1&runs=none", "/scalars?v=3&only=&x=step"),
        ("/scalars?v=1&runs=all&except=exp%2Fhigh", "/scalars?v=3&except=exp/high&x=step"),
        ("/scalars?v=2&filter=loss", "/scalars?v=3&filter=loss&x=step"),
        ("/scalars?v=2&x=wall", "/scalars?v=3&x=wall"),
        ("/histograms?v=1&runs=all&with=old", "/histograms?v=3&also=old"),
        ("/graph?v=1&runs=all&except=a&run=b&open=net&open=net%2Fc&node=net%2Fc%2Fd",
         "/graph?v=3&except=a&run=b&open=net&open=net/c&node=net/c/d"),
        ("/graph?run=b&open=net&node=net%2Fc", "/graph?v=3&run=b&open=net&node=net/c"),
    ],
)  # fmt: skip
def test_link_of_an_older_board_opens_the_same_view(run_view: Callable[[str], object], old: str, new: str) -> None:
    assert run_view(f'return makeView("{old}").href().slice(location.origin.length)') == new


def test_link_of_a_newer_board_is_taken_as_far_as_it_is_understood(run_view: Callable[[str], object]) -> None:
    shown = run_view("""
        const view = makeView("/scalars?v=4&smoothing=0.5&orbit=7&x=spiral");
        return [view.isNewer, view.ofPage("scalars").smoothing, view.ofPage("scalars").x];
    """)

    assert shown == [True, 0.5, "declared"]


def test_what_does_not_fit_a_link_is_named_and_survives_a_reload(run_view: Callable[[str], object]) -> None:
    left_out, query, kept = run_view("""
        const view = makeView("/scalars");
        const names = Array.from({ length: 240 }, (_, i) => `run_${String(i).padStart(3, "0")}`);
        view.set({ except: names, "scalars.smoothing": 0.5 });
        const again = makeView(null);
        return [view.leftOut(), location.search, again.get("except").length];
    """)

    assert left_out == [{"key": "except", "noun": "exceptions", "count": 240}]
    assert query == "?v=3&smoothing=0.5"
    assert kept == 240


def test_long_names_are_left_out_before_a_link_is_cut_off(run_view: Callable[[str], object]) -> None:
    left_out, length = run_view("""
        const view = makeView("/scalars");
        view.set({ except: ["a".repeat(2500)], also: ["b".repeat(2000)], "scalars.filter": "loss" });
        return [view.leftOut().map(({ key }) => key), view.href().length];
    """)

    assert left_out == ["except"]
    assert length < 2_100


def test_keys_of_another_page_are_kept_beside_the_link(run_view: Callable[[str], object]) -> None:
    shown = run_view("""
        const view = makeView("/scalars");
        view.set({ "scalars.filter": "loss", "histograms.filter": "kernel" });
        const again = makeView(null);
        const pasted = makeView("/scalars?v=3&filter=loss");
        return [location.search, again.get("histograms.filter"), pasted.get("histograms.filter")];
    """)

    assert shown == ["?v=3&filter=loss", "kernel", ""]


def test_key_that_is_registered_later_takes_what_the_link_said(run_view: Callable[[str], object]) -> None:
    told, value, query = run_view("""
        const { text } = await import('/static/js/view_codecs.js');
        const told = [];
        const view = makeView("/scalars?v=3&later=lr&smoothing=0.5", (keys) => told.push(...keys));
        view.set({ "scalars.x": "wall" });
        view.register("later", text());
        view.register("never", text());
        return [told, view.get("later"), view.href().split("?")[1]];
    """)

    assert (told, value) == (["scalars.x", "later"], "lr")
    assert query == "v=3&x=wall&smoothing=0.5&later=lr"


def test_undo_and_redo_walk_through_the_steps(run_view: Callable[[str], object]) -> None:
    told, seen = run_view("""
        const told = [];
        const view = makeView("/scalars", (keys) => told.push([...keys].sort()));
        const seen = [];
        const note = () => seen.push([view.get("scalars.smoothing"), view.get("only"), view.undoLabel, view.redoLabel]);
        view.set({ "scalars.smoothing": 0.5 }, { label: "smoothing" });
        view.set({ only: ["a"], except: [] }, { label: "selection of runs" });
        view.set({ only: ["a"] }, { label: "nothing" });
        note();
        view.undo(); note();
        view.undo(); note();
        view.undo(); note();
        view.redo(); note();
        view.set({ only: ["b"] }, { label: "other" }); note();
        view.redo(); note();
        return [told, seen];
    """)

    assert seen == [
        [0.5, ["a"], "selection of runs", None],
        [0.5, None, "smoothing", "selection of runs"],
        [0, None, None, "smoothing"],
        [0, None, None, "smoothing"],
        [0.5, None, "smoothing", "selection of runs"],
        [0.5, ["b"], "other", None],
        [0.5, ["b"], "other", None],
    ]
    assert told == [["scalars.smoothing"], ["only"], ["only"], ["scalars.smoothing"], ["scalars.smoothing"], ["only"]]


def test_random_sequences_of_steps_are_undone_to_the_start_and_redone_to_the_end(
    run_view: Callable[[str], object],
) -> None:
    sequences = [[random_state(random.Random(100 * i + j)) for j in range(12)] for i in range(30)]

    differing = run_view(f"""
        const differing = [];
        for (const sequence of {json.dumps(sequences)}) {{
          const view = makeView("/scalars");
          const trace = [JSON.stringify(valuesOf(view))];
          for (const state of sequence) {{
            view.set(state, {{ label: "step" }});
            if (trace.at(-1) !== JSON.stringify(valuesOf(view))) trace.push(JSON.stringify(valuesOf(view)));
          }}
          for (const expected of trace.slice(0, -1).reverse()) {{
            view.undo();
            if (JSON.stringify(valuesOf(view)) !== expected) differing.push(expected);
          }}
          if (view.undo() !== null) differing.push("more to undo");
          while (view.redo());
          if (JSON.stringify(valuesOf(view)) !== trace.at(-1)) differing.push(trace.at(-1));
        }}
        return differing;
    """)

    assert differing == []


def test_changes_of_one_gesture_are_one_step(run_module: Run) -> None:
    labels = run_module(
        "undo_stack.js",
        """
        const stack = new module.UndoStack();
        const push = (key, from, to, now, isContinuous = true) => {
          const [before, after] = [from, to].map((value) => new Map([[key, value]]));
          stack.push({ label: `${key} ${from}`, before, after }, { isContinuous, now });
        };
        push("smoothing", 0, 1, 0);
        push("smoothing", 1, 2, 900);
        push("smoothing", 2, 3, 1800);
        push("smoothing", 3, 4, 3000); // after a rest
        push("filter", 0, 1, 3100); // another key
        push("smoothing", 4, 5, 3200, false); // a click
        push("smoothing", 5, 6, 3300);
        const labels = [];
        for (let step = stack.undo(); step; step = stack.undo()) labels.push([step.label, [...step.after.values()][0]]);
        return labels;
        """,
    )

    assert labels == [["smoothing 5", 6], ["smoothing 4", 5], ["filter 0", 1], ["smoothing 3", 4], ["smoothing 0", 3]]


def test_value_that_no_link_can_carry_changes_nothing(run_view: Callable[[str], object]) -> None:
    shown = run_view("""
        const view = makeView("/scalars");
        view.set({ "scalars.smoothing": 0.5 });
        for (const value of [NaN, 2, -1, Infinity]) view.set({ "scalars.smoothing": value });
        view.set({ "scalars.x": "orbit", range: { axis: "step", bounds: [5, 5] } });
        return [view.get("scalars.smoothing"), view.get("scalars.x"), view.get("range")];
    """)

    assert shown == [0.5, "declared", None]


def test_pages_declare_the_keys_that_the_browser_knows(run_module: Run) -> None:
    known = run_module(
        "view_keys.js",
        """
        const names = Object.entries(module.KEYS).map(([page, codecs]) => [page, Object.keys(codecs).sort()]);
        return Object.fromEntries(names);
        """,
    )

    assert {page.name: sorted(page.url_keys) for page in PAGES} == {name: known[name] for name in known if name}
    assert all(set(known[""]).isdisjoint(page.url_keys) for page in PAGES)


def test_every_key_of_a_link_is_documented(run_module: Run) -> None:
    known = run_module("view_keys.js", "return Object.keys(module.KEYS[''])")
    sections = (ROOT / "docs" / "links.md").read_text().split("\n## ")[1:]
    rows = [dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE)) for section in sections]

    assert list(rows[0]) == known
    assert rows[1:] == [page.url_keys for page in PAGES]


def test_first_page_is_the_one_at_the_root(run_view: Callable[[str], object]) -> None:
    assert run_view('return makeView("/").page') == PAGES[0].name


@pytest.mark.parametrize(
    ("bounds", "rounded"),
    [
        ([41234.567890123, 61234.567890123], [41234.6, 61234.6]),
        ([1.7e9 + 0.123456789, 1.7e9 + 3600.987654321], [1700000000.12, 1700003600.99]),
        ([0.1234567890123, 0.1234567891123], [0.123456789012, 0.123456789112]),
        ([12.3, 4e9], [12, 4_000_000_000]),
    ],
)
def test_zoom_keeps_the_digits_that_a_screen_can_show(
    run_module: Run, bounds: list[float], rounded: list[float]
) -> None:
    assert run_module("view_codecs.js", f"return module.roundBounds({bounds})") == rounded
