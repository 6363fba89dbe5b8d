"""The pure modules of plots, in a real JavaScript engine, against NumPy and TensorBoard's smoothing."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

pytestmark = pytest.mark.browser
Run = Callable[[str, str], object]
RNG = np.random.default_rng(7)

LINE = """
  const line = (steps, values, extra = {}) => {
    const nonFinite = { steps: [], walls: { all: [] } };
    const numbers = Float64Array.from(steps);
    const walls = { all: numbers, at: (index) => numbers[index] };
    const columns = { steps: numbers, walls, values: Float64Array.from(values) };
    const lines = { segments: [0], superseded: [0], nonFinite };
    const series = { ...columns, ...lines, smoothed: null, firstWall: 0, numTotal: values.length, ...extra };
    return { ...series, x: nearest.placePoints(series, "step"), run: { name: "r", label: "r" } };
  };
"""


def smooth_as_tensorboard(values: list[float], weight: float) -> list[float]:
    """The loop of tensorboard/webapp/widgets/line_chart_v2/sub_view and its forerunners."""
    last, smoothed = 0.0, []
    for count, value in enumerate(values, 1):
        last = last * weight + (1 - weight) * value
        smoothed.append(last / (1 - weight**count))
    return smoothed


def test_smoothing_of_drawn_points_is_tensorboards_where_all_are_drawn(run_module: Run) -> None:
    values = RNG.normal(size=50).tolist()
    points = f"steps: {list(range(50))}, values: {values}, numTotal: 50, nonFinite: {{ kinds: [] }}"
    series = f"{{ {points}, segments: [0, 20], superseded: [0, 0] }}"

    smoothed = run_module("plot/smooth.js", f"return [...module.smoothDrawn({series}, 0.9)];")

    np.testing.assert_allclose(smoothed, smooth_as_tensorboard(values, 0.9), rtol=1e-12)


def test_smoothing_of_some_points_is_near_that_of_all(run_module: Run) -> None:
    steps = np.arange(10_000)
    values = np.sin(steps / 1_000)
    drawn = steps[::50]
    series = {
        "steps": drawn.tolist(),
        "values": values[drawn].tolist(),
        "segments": [0],
        "superseded": [0],
        "numTotal": 10_000,
        "nonFinite": {"kinds": []},
    }

    smoothed = run_module("plot/smooth.js", f"return [...module.smoothDrawn({json.dumps(series)}, 0.99)];")

    exact = np.array(smooth_as_tensorboard(values.tolist(), 0.99))[drawn]
    np.testing.assert_allclose(smoothed, exact, atol=0.03)


def test_value_between_points_is_that_of_numpy(run_module: Run) -> None:
    steps = np.sort(RNG.choice(1_000, 40, replace=False)).tolist()
    values = RNG.normal(size=40).tolist()
    at = RNG.uniform(steps[0], steps[-1], 100).tolist()

    found = run_module(
        "plot/nearest.js",
        f"""
          const nearest = module; {LINE}
          const one = line({steps}, {values});
          return {at}.map((x) => nearest.valueAt(one, x));
        """,
    )

    np.testing.assert_allclose(found, np.interp(at, steps, values), rtol=1e-12)
    beyond = f"const nearest = module; {LINE} return module.valueAt(line({steps}, {values}), {steps[-1] + 1});"
    assert run_module("plot/nearest.js", beyond) is None


@pytest.mark.parametrize("superseded", [[0, 0], [1, 0]])
def test_points_do_not_stand_on_a_metric_that_they_were_not_asked_for(run_module: Run, superseded: list[int]) -> None:
    points = f"""
      const nearest = module; {LINE}
      const asked = {{ axis: "metric:a", x: Float64Array.of(5, 6), segments: [0, 1], superseded: {superseded} }};
      asked.nonFinite = {{ steps: [], walls: {{ all: [] }}, x: new Float64Array() }};
      const one = {{ ...line([0, 1], [1, 2]), ...asked }};
      const [a, b] = ["metric:a", "metric:b"].map((axis) => module.placePoints(one, axis));
      return [[...a.current.x], [...b.points], [...b.current.x], b.extent.low > b.extent.high];"""

    assert run_module("plot/nearest.js", points) == [[6.0] if superseded[0] else [5.0, 6.0], [], [], True]


def test_clipped_axis_spans_the_middle_98_percent(run_module: Run) -> None:
    values = RNG.normal(size=5_000)
    body = f"""
      const nearest = await import("/static/js/plot/nearest.js"); {LINE}
      const lines = [line({list(range(5_000))}, {values.tolist()})];
      const range = module.rangeOfY(lines, {{ zoom: null, isLog: false, isClipped: true }});
      const outside = module.countOutside(lines, null, range, false);
      return {{ range, outside, above: module.countOutside(lines, null, [0.5, 1], true) }};
    """

    found = run_module("plot/ranges.js", body)

    low, high = np.percentile(values, [1, 99])
    air = 0.05 * (high - low)
    assert found["range"] == pytest.approx([low - air, high + air], abs=0.01)
    assert found["outside"] == np.count_nonzero((values < found["range"][0]) | (values > found["range"][1]))
    assert found["above"] == np.count_nonzero(((values > 0) & (values < 0.5)) | (values > 1))


def test_axis_of_values_where_no_point_is_in_sight_is_that_of_the_points_beside(run_module: Run) -> None:
    body = f"""
      const nearest = await import("/static/js/plot/nearest.js"); {LINE}
      const lines = [line([0, 10], [500, 600])];
      return [false, true].map((isClipped) => module.rangeOfY(lines, {{ zoom: [4, 6], isLog: false, isClipped }}));
    """

    assert run_module("plot/ranges.js", body) == [[495, 605], [495, 605]]


def test_log_axis_spans_positive_positions(run_module: Run) -> None:
    body = f"""
      const nearest = await import("/static/js/plot/nearest.js"); {LINE}
      const lines = [line([0, 1, 10, 100], [1, 2, 3, 4])];
      return [null, [-5, 50], [2, 50]].map((zoom) => module.rangeOfX(lines, zoom, true));
    """

    assert run_module("plot/ranges.js", body) == [[1, 100], [1, 50], [2, 50]]


def test_wheel_keeps_what_is_under_the_pointer(run_module: Run) -> None:
    body = """
      const toValue = (pixel) => 100 + pixel;
      const full = [0, 1000];
      return [module.zoomAt(50, 0.5, 200, { toValue, full }), module.zoomAt(50, 20, 200, { toValue, full })];
    """

    inside, whole = run_module("plot/zoom.js", body)

    assert inside == [125, 225]  # 150 is a quarter from the left before and after
    assert whole is None


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        ("0", "–"),
        ("-0.0876", "−0.0876"),
        ("0.0006", "+0.00060"),
        ("-0.000012", "−1.2e-5"),
        ("12.345", "+12.3"),
        ("-31240", "−31.24 k"),
        ("NaN", "NaN"),
    ],
)
def test_differences_are_signed(run_module: Run, delta: str, text: str) -> None:
    assert run_module("format.js", f"return module.formatDelta({delta});") == text


def test_each_tag_of_a_chart_is_compared_to_the_baseline_at_that_tag(run_module: Run) -> None:
    points = f"""
      const nearest = await import("/static/js/plot/nearest.js"); {LINE}
      const of = (name, tagName, values) => {{
        return {{ ...line([0, 1], values), tagName, run: {{ name, label: name, isBaseline: name === "base" }} }};
      }};
      const train = [of("a", "train", [1, 5]), of("base", "train", [1, 2])];
      const val = [of("a", "val", [7, 9]), of("base", "val", [1, 4])];
      return module.describePoints([...train, ...val], 1).map(({{ delta }}) => delta);"""

    assert run_module("plot/tooltip_rows.js", points) == [3, None, 5, None]


def test_difference_is_told_at_the_place_of_the_exact_value(run_module: Run) -> None:
    body = f"""
      const nearest = await import("/static/js/plot/nearest.js"); {LINE}
      return module.differenceAt({{ baseline: line([0, 10], [1, 3]) }}, 5, 7);"""

    assert run_module("plot/tooltip_rows.js", body) == {"delta": 5, "base": 2}


def test_band_is_told_at_the_place_of_the_exact_value(run_module: Run) -> None:
    body = f"""
      const nearest = await import("/static/js/plot/nearest.js"); {LINE}
      const one = {{ ...line([0, 10, 20], [1, 3, 5]), band: {{ low: [0, 2, NaN], high: [2, 4, NaN] }} }};
      const say = (index, x) => module.bandColumn(String).text({{ line: one, index, x }});
      return [say(0, 0), say(0, 5), say(1, 10), say(1, 15), say(2, 20)];"""

    assert run_module("cards/margins.js", body) == ["0 to 2", "1 to 3", "2 to 4", "–", "–"]


def test_ticks_of_a_logarithmic_axis_of_times_are_times(run_module: Run) -> None:
    body = """
      const ends = [[2, 10_000], [0.004, 30], [1, 1e8], [100, 500]];
      return ends.map(([low, high]) => module.axisTicks(module.logTimeSplits(low, high), "log relative"));
    """

    assert run_module("plot/axes.js", body) == [
        ["10 s", "1 m", "10 m", "1 h"],
        ["0.01 s", "0.1 s", "1 s", "10 s"],
        ["1 s", "1 m", "1 h", "4 d", "365 d"],
        ["1 m 40 s", "3 m 20 s", "8 m 20 s"],
    ]


def test_labels_that_would_reach_over_the_edge_of_a_card_are_left_out(run_module: Run) -> None:
    body = """
      const plot = { bbox: { width: 200 * devicePixelRatio }, valToPos: (value) => value };
      return module.keepInside(["0", "190", "1,000,000", "2"], [0, 190, 199, 200], { plot, beside: 20 });
    """

    assert run_module("plot/axes.js", body) == ["0", "190", "", "2"]
