"""The modules of the Graph page by themselves: ways among rows, the viewpoint, presses, colours, numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
RunModule = Callable[[str, str], Any]

ROWS = """
    const rows = ["x", "wte", "h", "h/0/ln", "h/0/mlp", "loss"].map((id) => ({
      id, item: id, kind: id === "h" ? "group" : "module", parent: id.startsWith("h/") ? "h" : "",
    }));
    const flows = [["x", "wte"], ["wte", "h/0/ln"], ["h/0/ln", "h/0/mlp"], ["h/0/mlp", "loss"]];
"""


def test_rows_between_two_are_found_in_either_order(run_module: RunModule) -> None:
    body = f"""{ROWS}
        const between = (one, other) => module.rowsBetween(rows, flows, one, other)?.sort() ?? null;
        return [between("wte", "h/0/mlp"), between("h/0/mlp", "wte"), between("x", "h")];
    """

    path = ["h", "h/0/ln", "h/0/mlp", "wte"]
    assert run_module("graph/step/rows.js", body) == [path, path, None]


def test_drawing_wider_than_the_canvas_opens_at_its_left_edge_as_long_as_the_spine_is_in_sight(
    run_module: RunModule,
) -> None:
    body = """
        const size = { width: 1000, height: 800 };
        return [[200, 200], [400, 900], [900, 400], [100, 1500]].map(([left, right]) => {
          const { k, x } = module.openingView({ left, right, height: 500 }, size);
          return [Math.round(x - left * k), Math.round(x)];
        });
    """

    middle, whole_left, far_left, far_right = run_module("graph/viewport.js", body)

    assert middle == [276, 500]
    assert whole_left == [52, 380]
    assert far_left == [-118, 620]
    assert far_right[1] == 380


def test_box_in_the_lower_left_corner_takes_the_place_of_the_legend(run_module: RunModule) -> None:
    body = """
        const group = { kind: "group", x: 0, y: 0, width: 999, height: 999 };
        const isTaken = ([x, y]) => module.isCornerTaken(
          { boxes: [group, { kind: "module", x, y, width: 50, height: 30 }] },
          { k: 1, x: 0, y: 0 }, { width: 1000, height: 900 }, { width: 176, height: 190 });
        return [[0, 850], [0, 500], [300, 850], [-60, 850], [0, 901]].map(isTaken);
    """

    assert run_module("graph/viewport.js", body) == [True, False, False, False, False]


def test_number_of_a_box_is_its_parameters_or_that_they_are_anothers(run_module: RunModule) -> None:
    body = """
        const boxes = [{ id: "wte", params: 50000 }, { id: "head", params: 0, tied: "wte" }, { id: "add", params: 0 }]
          .map((box) => ({ ...box, item: box.id, kind: "module" }));
        const coloring = module.makeColoring("structure", { boxes }, null, "light");
        return boxes.map(coloring.number);
    """

    assert run_module("graph/colors.js", body) == ["50.0 k", "tied", ""]


def test_colouring_of_one_theme_gives_that_of_the_other(run_module: RunModule) -> None:
    body = """
        const drawing = { boxes: [{ id: "a", item: "a", kind: "module", params: 9 }] };
        const fill = (coloring) => coloring.look(drawing.boxes[0]).fill;
        const [light, dark] = ["light", "dark"].map((theme) => module.makeColoring("params", drawing, null, theme));
        return [fill(dark) === fill(light), fill(dark.inTheme("light")) === fill(light)];
    """

    assert run_module("graph/colors.js", body) == [False, True]


def test_values_that_are_no_numbers_are_told_as_they_were_logged(run_module: RunModule) -> None:
    body = """
        const row = { family: "linear", depth: 0, gradients: ["∂W"], backward_flops: 1, forward: "Dense", flops: 1 };
        const told = (value) => [module.gradientTexts(row, value)[1], module.updateTexts(row, "SGD", value)[1]];
        const loss = module.forwardTexts({ ...row, family: "loss" }, "+Inf")[0];
        return [told("NaN"), told("+Inf"), told(0.5), loss];
    """

    assert run_module("graph/step/words.js", body) == [
        ["‖∂W‖ NaN", "ΔW∕W NaN"],
        ["‖∂W‖ +Inf", "ΔW∕W +Inf"],
        ["‖∂W‖ 0.5000", "ΔW∕W 0.5000"],
        "loss = +Inf",
    ]


def test_a_row_of_operations_has_no_norm_of_its_module(run_module: RunModule) -> None:
    body = """
        const values = module.valuesOf({ grad_norm: { attn: 2 }, update_ratio: { attn: 0.1 } });
        const rows = [{ kind: "module", item: "attn" }, { kind: "operations", item: "attn" }];
        return rows.map((row) => [values.norm(row) ?? null, values.ratio(row) ?? null]);
    """

    assert run_module("graph/step/rows.js", body) == [[2, 0.1], [None, None]]


def test_lanes_beside_the_arrows_stay_within_their_column(run_module: RunModule) -> None:
    body = """
        const rows = Array.from({ length: 40 }, (_, i) => ({ id: i, kind: "module" }));
        const flows = Array.from({ length: 19 }, (_, i) => [i, 39 - i]);
        return Math.max(...module.placeLanes(rows, flows).values());
    """

    assert run_module("graph/step/measures.js", body) == 38


def test_open_scopes_never_exceed_what_the_server_takes(run_module: RunModule) -> None:
    body = """
        const open = Array.from({ length: 499 }, (_, i) => `s${i}`);
        const seen = new Set(open.slice(0, 100));
        const one = module.withOpened(open, ["s3", "t", "u"], (id) => seen.has(id));
        const all = module.withOpened(open, ["t", "u"], () => true);
        return [one.open.length, one.open.includes("u"), one.isCut, all.open.length, all.isCut];
    """

    assert run_module("graph/open_scopes.js", body) == [102, True, False, 500, True]


def test_reopened_groups_keep_what_holds_them_also_of_another_block(run_module: RunModule) -> None:
    body = """
        const open = ["h", "h/0/mlp", "h/0/mlp/fc", "wte", "head"];
        const twins = { "h/0/mlp": "h/3/mlp", "h/0/mlp/fc": "h/3/mlp/fc" };
        return module.onlyOpen(open, ["h/3/mlp"], twins);
    """

    assert run_module("graph/open_scopes.js", body) == ["h", "h/0/mlp", "h/0/mlp/fc"]


def test_click_on_a_box_that_is_painted_anew_meanwhile_counts(run_module: RunModule) -> None:
    clicked = run_module(
        "graph/gestures.js",
        """
        const clicked = [];
        const id = (target) => target.closest("[data-id]")?.dataset.id ?? "";
        const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
        document.documentElement.append(svg);
        new module.Gestures(svg, {
          select: (target) => clicked.push(["select", id(target)]),
          toggle: (target) => clicked.push(["toggle", id(target)]),
        });
        const paint = () => {
          svg.innerHTML = '<g data-id="dense"><rect/></g>';
        };
        paint();
        svg.querySelector("rect").dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, button: 0 }));
        paint();
        for (const name of ["click", "dblclick"]) svg.dispatchEvent(new MouseEvent(name));
        svg.querySelector("rect").dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, button: 0 }));
        svg.dispatchEvent(new MouseEvent("click"));
        return clicked;
        """,
    )

    assert clicked == [["select", "dense"], ["toggle", "dense"], ["select", ""]]


def test_corners_are_rounded_by_no_more_than_half_a_side(run_module: RunModule) -> None:
    path = run_module("graph/edges.js", "return module.roundedPath([[0, 0], [0, 40], [8, 40]], 10)")

    assert path == "M0,0L0,36Q0,40 4,40L8,40"


def test_numbers_have_three_digits(run_module: RunModule) -> None:
    counts = run_module("graph/numbers.js", "return [0, 7040, 16568, 1.24e8, 2.346e12].map(module.shortCount)")
    sizes = run_module("graph/numbers.js", "return [0, 320, 1280, 999499, 999600].map(module.shortBytes)")
    values = run_module("graph/numbers.js", "return [0, 0.2144, -1.5, -9.44e-5, 31240].map(module.shortValue)")

    assert values == ["0", "0.214", "−1.50", "−9.4e-5", "3.1e4"]
    assert counts == ["0", "7,040", "16.6 k", "124 M", "2.35 T"]
    assert sizes == ["0 B", "320 B", "1.28 kB", "999 kB", "1.00 MB"]
