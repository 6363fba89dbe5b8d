"""Lines as pixels, against what the browser's canvas strokes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser
Run = Callable[[str, str], object]

DRAW = """
  const [width, height] = [300, 120];
  const context = () => new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  const read = (from) => {
    const { data } = from.getImageData(0, 0, width, height);
    return (column, row) => [...data.subarray(4 * (row * width + column), 4 * (row * width + column) + 4)];
  };
  const ours = (lines) => {
    module.begin(width, height);
    for (const { xs, ys, color = [200, 30, 60], alpha = 1, width = 1.5, dash = [] } of lines) {
      const { x, y } = module.room(xs.length);
      x.set(xs);
      y.set(ys);
      module.stroke(0, xs.length, { color, alpha, width, dash });
    }
    const picture = context();
    module.paint(picture, 0, 0);
    return read(picture);
  };
  const theirs = (lines) => {
    const picture = context();
    for (const { xs, ys, color = [200, 30, 60], alpha = 1, width = 1.5 } of lines) {
      Object.assign(picture, { lineWidth: width, globalAlpha: alpha, strokeStyle: `rgb(${color})`, lineJoin: "bevel" });
      picture.beginPath();
      xs.forEach((x, i) => picture.lineTo(x, ys[i]));
      picture.stroke();
    }
    return read(picture);
  };
  const places = Array.from({ length: width * height }, (_, i) => [i % width, Math.floor(i / width)]);
  const alphas = (pixel) => places.map(([column, row]) => pixel(column, row)[3] / 255);
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const compare = (lines) => {
    const [a, b] = [alphas(ours(lines)), alphas(theirs(lines))];
    return { ink: sum(a) / sum(b), apart: sum(a.map((value, i) => Math.abs(value - b[i]))) / sum(b) };
  };
  const range = (count) => Array.from({ length: count }, (_, i) => i);
"""


def run_here(run_module: Run, body: str) -> object:
    """What a body gives that draws with `plot/raster.js`."""
    return run_module("plot/raster.js", DRAW + body)


@pytest.mark.parametrize(
    "line",
    [
        "xs: [10, 290], ys: [20.3, 20.3]",
        "xs: [10, 290], ys: [10, 110]",
        "xs: [150.2, 150.2], ys: [10, 110]",
        "xs: [10, 60, 110, 160, 290], ys: [100, 20, 90, 10, 60]",
        "xs: range(60).map((i) => 5 + 4.8 * i), ys: range(60).map((i) => 60 + 40 * Math.sin(i / 4)), width: 3",
        "xs: range(60).map((i) => 5 + 4.8 * i), ys: range(60).map((i) => 60 + 40 * Math.cos(i * i)), width: 1",
        "xs: [280, 20, 200], ys: [10, 50, 100]",
        "xs: [10, 60, 110, 160, 290], ys: [100, 20, 90, 10, 60], width: 5.5, alpha: 0.8",
        "xs: range(290).map((i) => 5 + i), ys: range(290).map((i) => 60 + 50 * Math.sin(i / 9)), width: 2.4",
        "xs: [-1e6, 150, 1e6], ys: [60, 20, 1e9]",
    ],
)
def test_few_points_are_stroked_as_the_canvas_does(run_module: Run, line: str) -> None:
    found = run_here(run_module, f"return compare([{{ {line} }}]);")

    assert isinstance(found, dict)
    assert found["ink"] == pytest.approx(1, abs=0.08)
    assert found["apart"] < 0.12


@pytest.mark.parametrize(
    "values", ["60 + 40 * Math.sin(i / 90)", "60 + 20 * Math.cos(i * i)", "100 - 80 * Math.exp(-i / 200)"]
)
def test_many_points_of_a_column_are_what_the_canvas_strokes(run_module: Run, values: str) -> None:
    line = f"xs: range(1500).map((i) => i / 5), ys: range(1500).map((i) => {values})"

    found = run_here(run_module, f"return compare([{{ {line} }}]);")

    assert isinstance(found, dict)
    assert found["ink"] == pytest.approx(1, abs=0.1)
    assert found["apart"] < 0.2


def test_line_that_is_seen_through_is_nowhere_darker_where_it_crosses_itself(run_module: Run) -> None:
    body = "return Math.max(...alphas(ours([{ xs: [10, 290, 290, 10], ys: [10, 110, 10, 110], alpha: 0.5 }])));"

    assert run_here(run_module, body) == pytest.approx(0.5, abs=0.01)


def test_colours_of_lines_lie_over_each_other_as_the_canvas_has_them(run_module: Run) -> None:
    body = """
      const lines = [
        { xs: [0, 300], ys: [60, 60], color: [255, 0, 0], alpha: 0.5, width: 20 },
        { xs: [0, 300], ys: [60, 60], color: [0, 0, 255], alpha: 0.5, width: 10 },
      ];
      return [ours(lines)(150, 60), theirs(lines)(150, 60), ours(lines)(150, 52), theirs(lines)(150, 52)];
    """

    both, their_both, one, their_one = run_here(run_module, body)  # type: ignore[misc]

    assert both == pytest.approx(their_both, abs=2)
    assert one == pytest.approx(their_one, abs=2)


@pytest.mark.parametrize("dash", ["[]", "[6, 3]", "[2, 3]"])
@pytest.mark.parametrize("density", [2, 10])
def test_spike_of_one_point_among_many_is_seen_between_dashes_too(run_module: Run, density: int, dash: str) -> None:
    body = f"""
      const xs = range(300 * {density}).map((i) => i / {density});
      return range(9).map((i) => {{
        const ys = xs.map((x) => (x === 150 + i ? 10 : 100));
        const pixel = ours([{{ xs, ys, dash: {dash} }}]);
        return range(height).filter((row) => range(3).some((beside) => pixel(149 + i + beside, row)[3] > 128)).length;
      }});
    """

    assert all(rows >= 85 for rows in run_here(run_module, body))  # type: ignore[attr-defined]


@pytest.mark.parametrize("density", [2, 10])
def test_dashes_of_a_line_that_goes_up_and_down_are_stripes_with_every_point_faint_between(
    run_module: Run, density: int
) -> None:
    body = f"""
      const xs = range(300 * {density}).map((i) => i / {density});
      const pixel = ours([{{ xs, ys: xs.map((_, i) => 60 + 30 * Math.cos(i * i)), dash: [6, 3] }}]);
      const columns = range(252).map((column) => Math.max(...range(height).map((row) => pixel(column, row)[3])));
      return [columns.filter((_, i) => i % 9 < 6), columns.filter((_, i) => i % 9 >= 6)];
    """

    dashes, between = run_here(run_module, body)  # type: ignore[misc]

    assert min(dashes) > 250
    assert min(between) > 60
    assert max(between) < 130


@pytest.mark.parametrize("density", [2, 10])
@pytest.mark.parametrize("shape", ["at < 20 ? 20 : 100", "60 - 40 * Math.cos(Math.PI * (at % 20) / 20)"])
def test_line_that_jumps_to_another_level_is_dashed_there(run_module: Run, shape: str, density: int) -> None:
    body = f"""
      const xs = range(300 * {density}).map((i) => i / {density});
      const pixel = ours([{{ xs, ys: xs.map((x) => ((at) => {shape})(x % 40)), dash: [6, 3] }}]);
      const columns = range(280).filter((column) => column % 9 >= 6);
      return columns.filter((column) => range(height).some((row) => pixel(column, row)[3] > 128)).map((i) => i % 20);
    """

    strong = run_here(run_module, body)

    assert isinstance(strong, list)
    assert set(strong) <= {18, 19, 0, 1, 2}  # where it goes from one level to the other


@pytest.mark.parametrize("count", [3, 3000])
def test_dashes_leave_out_their_share(run_module: Run, count: int) -> None:
    body = f"""
      const line = {{ xs: range({count}).map((i) => (300 * i) / {count - 1}), ys: range({count}).map(() => 60) }};
      return sum(alphas(ours([{{ ...line, dash: [6, 3] }}]))) / sum(alphas(ours([line])));
    """

    assert run_here(run_module, body) == pytest.approx(2 / 3, abs=0.06)


def test_steep_line_of_many_points_is_as_wide_as_it_is_asked_to_be(run_module: Run) -> None:
    body = """
      const [xs, ys] = [range(600).map((i) => 100 + i / 6), range(600).map((i) => (i % 12 < 6 ? 10 : 110))];
      const at = (alpha, column) => ours([{ xs, ys, alpha, width: 5.5 }])(column, 60)[3] / 255;
      return [1, 0.8].map((alpha) => [94, 99, 150, 199, 204].map((column) => at(alpha, column)));
    """

    opaque, seen_through = run_here(run_module, body)  # type: ignore[misc]

    assert opaque == pytest.approx([0, 1, 1, 1, 0], abs=0.01)
    assert seen_through == pytest.approx([0, 0.8, 0.8, 0.8, 0], abs=0.01)


def test_what_was_kept_is_put_back_as_it_was(run_module: Run) -> None:
    body = """
      const { KeptPicture } = await import("/static/js/plot/kept_picture.js");
      const [underlay, calls] = [new KeptPicture(), []];
      const draw = (key, row) => {
        module.begin(width, height);
        underlay.put(key, () => {
          calls.push(row);
          Object.assign(module.room(2), { x: module.room(2).x.fill(0), y: module.room(2).y.fill(row) });
          module.room(2).x[1] = width;
          module.stroke(0, 2, { color: [9, 9, 9], alpha: 1, width: 2, dash: [] });
        });
        const picture = context();
        module.paint(picture, 0, 0);
        return range(height).filter((at) => read(picture)(50, at)[3] > 200);
      };
      const rows = [draw(["a", NaN], 20), draw(["a", NaN], 90), draw(["b", NaN], 90)];
      underlay.forget();
      return { rows: [...rows, draw(["b", NaN], 40)], calls };
    """

    assert run_here(run_module, body) == {"rows": [[19, 20], [19, 20], [89, 90], [39, 40]], "calls": [20, 90, 40]}


def test_next_picture_begins_empty(run_module: Run) -> None:
    body = """
      ours([{ xs: [0, 300], ys: [0, 120], width: 30 }]);
      return sum(alphas(ours([])));
    """

    assert run_here(run_module, body) == 0
