"""The Histograms page draws and says what was logged."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from summaries import SummaryWriter

pytestmark = pytest.mark.browser

RNG = np.random.default_rng(0)
WEIGHTS = {step: RNG.normal(step / 1000, 1.0, 5_000) for step in range(0, 3_000, 100)}


NUMBERS = {
    "formatStatistic(0)": "0",
    "formatStatistic(-5.04e-7)": "−5.0e-7",
    "formatStatistic(0.23249)": "0.232",
    "formatStatistic(9827.3)": "9,827",
    "formatStatistic(-25731)": "−25.7 k",
    "formatStatistic(NaN)": "–",
    "formatShare(0)": "0.00 %",
    "formatShare(0.00001)": "< 0.01 %",
    "formatShare(0.0092)": "0.92 %",
    "formatShare(0.156)": "15.6 %",
    "formatShare(0.99999)": "> 99.9 %",
    "formatShare(1)": "100.0 %",
    "formatNumValues(768)": "768",
    "formatNumValues(16278)": "16.3 k",
    "formatNumValues(1769472)": "1.77 M",
    "formatStep(4700, 18400)": "4.7 k",
    "formatStep(500, 2000)": "500",
    "formatStep(0, 18400)": "0",
    "formatBucket(0.0541, 0.0561)": "0.054 … 0.056",
    "formatBucket(-6.4e-5, -5.8e-5)": "−6.4e-5 … −5.8e-5",
    "formatBucket(0, 1e-12)": "0 … 1e-12",
    "formatBucket(1, 1)": "1.0",
    "formatBucket(1e20, Number.MAX_VALUE)": "1e20 … ∞",
    "makeTicks(-0.11, 0.12, 5).map((tick) => tick.label).join()": "−0.10,−0.05,0,0.05,0.10",
    "makeTicks(-6e-4, 6e-4, 3).map((tick) => tick.label).join()": "−5e-4,0,5e-4",
    "makeTicks(0, 25000, 3).map((tick) => tick.label).join()": "0,10 k,20 k",
}


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs `old` and `new` with a kernel; `new` also has activations with zeros, and a tag that becomes NaN."""
    logdir = tmp_path_factory.mktemp("histograms")
    for run, start, shift in (("old", 1e9, 100.0), ("new", 2e9, 0.0)):
        with SummaryWriter(logdir / run) as writer:
            for step, values in WEIGHTS.items():
                writer.add_histogram("fc/kernel", values + shift, step, walltime=start + step)
    with SummaryWriter(logdir / "new", filename_suffix=".more") as writer:
        for step in (0, 100, 200):
            writer.add_histogram("fc/relu", np.maximum(WEIGHTS[step], 0), step, walltime=2e9 + step)
            broken = np.where(step == 200, math.nan, WEIGHTS[step])
            writer.add_histogram("fc/broken", broken, step, walltime=2e9 + step)
    return logdir


@pytest.fixture(scope="module")
def board(start_board: Callable[[Path], str], logdir: Path) -> str:
    return start_board(logdir)


@pytest.fixture
def page(open_page: Callable[..., Page], board: str) -> Page:
    page = open_page(f"{board}/histograms")
    expect(card(page, "fc/kernel").locator(".card-foot")).to_contain_text("histograms")
    return page


def card(page: Page, tag: str) -> Locator:
    return page.locator(f'[data-tag="{tag}"]')


def point_at(page: Page, tag: str, x: float, y: float) -> None:
    """Moves the pointer to a place of a card's plot, in shares of its size."""
    box = card(page, tag).locator(".card-plot").bounding_box()
    page.mouse.move(box["x"] + x * box["width"] - 1, box["y"] + y * box["height"])
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def tooltip_lines(page: Page) -> dict[str, str]:
    """The lines of the tooltip, once the buckets have arrived."""
    expect(page.locator(".ridge-tip")).to_contain_text("at or below")
    lines = page.locator(".ridge-tip-line").all_inner_texts()
    return {words[0].strip(): words[1] for line in lines if len(words := line.split("\n")) == 2}


def count_painted(page: Page, tag: str, low: float, high: float) -> int:
    """Pixels between two shares of a card's width that any ridge covers."""
    script = """(root, [low, high]) => {
      const canvas = root.querySelector("canvas");
      const [x, width] = [low * canvas.width, (high - low) * canvas.width].map(Math.round);
      const { data } = canvas.getContext("2d").getImageData(x, 0, width, canvas.height);
      let painted = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && data[i] < 240) painted += 1;
      return painted;
    }"""
    painted: int = card(page, tag).evaluate(script, [low, high])
    return painted


def test_decoder_gives_what_the_server_says_as_json(page: Page) -> None:
    script = """async () => {
      const { decodeRidges, decodeBuckets } = await import("/static/js/histograms/decode.js");
      const { session } = await import("/static/js/session.js");
      const { key } = await session.selectionKey();
      const params = { selection: key, tag: ["nothing", "fc/relu", "fc/broken"] };
      const places = { run: "new", tag: "fc/relu", step: [200, 0] };
      const unpack = (_, value) => (ArrayBuffer.isView(value) ? [...value] : value);
      const plain = (value) => JSON.parse(JSON.stringify(value, unpack));
      return {
        binary: plain(decodeRidges(await session.getBuffer("data/histograms", params))),
        json: await session.getJSON("data/histograms", { ...params, format: "json" }),
        buckets: plain([...decodeBuckets(await session.getBuffer("data/histograms/buckets", places))]),
        bucketsJSON: await session.getJSON("data/histograms/buckets", { ...places, format: "json" }),
      };
    }"""

    answer = page.evaluate(script)

    assert answer["binary"]["version"] == answer["json"]["version"]
    assert [one["run"] for one in answer["binary"]["cards"]] == [None, 0, 0]
    for binary, json in list(zip(answer["binary"]["cards"], answer["json"]["cards"], strict=True))[1:]:
        names = {"numNonFinite": "num_non_finite", "numLogged": "num_logged", "numFlagged": "num_flagged"}
        for name in ("steps", "mean", "std", "median", "min", "max", "zeros", "num", "runs", *names):
            assert binary[name] == json[names.get(name, name)], name
        assert [binary["low"], binary["high"]] == json["range"]
        assert binary["shares"] == [share for row in json["shares"] for share in row]
        assert [binary["firstWall"] + wall for wall in binary["walls"]] == json["wall_times"]
    for (step, binary), json in zip(answer["buckets"], answer["bucketsJSON"]["histograms"], strict=True):
        assert (step, binary["lefts"], binary["counts"]) == (json["step"], json["lefts"], json["counts"])
        assert binary["total"] == 5_000


def test_numbers_are_written_as_the_page_writes_them(page: Page) -> None:
    calls = ", ".join(f"() => numbers.{call}" for call in NUMBERS)
    script = f"import('/static/js/histograms/numbers.js').then((numbers) => [{calls}].map((call) => call()))"

    assert dict(zip(NUMBERS, page.evaluate(script), strict=True)) == NUMBERS


def test_card_says_the_statistics_of_the_last_step(page: Page) -> None:
    values = card(page, "fc/kernel").locator(".card-values")
    last = WEIGHTS[2900]

    expect(values).to_contain_text(f"μ {last.mean():.3g}")
    expect(values).to_contain_text(f"σ {last.std():.3g}")
    expect(values).to_contain_text("5,000 values")
    expect(card(page, "fc/kernel").locator(".card-foot")).to_contain_text("24 of 30 histograms")


def test_ridges_are_drawn_where_the_values_lie(page: Page) -> None:
    assert count_painted(page, "fc/kernel", 0.4, 0.5) > 20 * max(1, count_painted(page, "fc/kernel", 0.04, 0.08))


def test_pointer_names_the_logged_bucket(page: Page) -> None:
    point_at(page, "fc/kernel", 0.4, 0.88)

    lines = tooltip_lines(page)
    low, high = (float(edge.replace("−", "-")) for edge in lines["bucket"].split(" … "))
    head = page.locator(".ridge-tip-head").inner_text()
    values = WEIGHTS[int(head.split("step ")[1].split("\n")[0].replace(",", ""))]
    count = int(lines["count"].split(" · ")[0].replace(",", ""))
    # The edges are written rounded to the digits of their distance, so the count may differ at its ends.
    slack = (high - low) / 2
    assert np.count_nonzero((values >= low + slack / 4) & (values < high - slack / 4)) <= count
    assert count <= np.count_nonzero((values >= low - slack) & (values < high + slack))
    assert float(lines["at or below"].removesuffix(" %")) == pytest.approx(100 * (values < high).mean(), abs=2)
    assert lines["non-finite"] == "0"


def test_tooltip_docks_below_the_plot_and_leaves_with_the_pointer(page: Page) -> None:
    point_at(page, "fc/kernel", 0.4, 0.6)
    tip = page.locator(".ridge-tip")
    expect(tip).to_be_visible()

    plot = card(page, "fc/kernel").locator(".card-plot").bounding_box()

    assert tip.bounding_box()["y"] >= plot["y"] + plot["height"]
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()


def test_step_cursor_is_linked_over_the_cards(page: Page) -> None:
    expect(card(page, "fc/relu").locator(".card-values")).to_contain_text(f"μ {np.maximum(WEIGHTS[200], 0).mean():.3g}")

    point_at(page, "fc/kernel", 0.03, 0.345)

    expect(page.locator(".ridge-tip-head")).to_contain_text("step 0")
    expect(card(page, "fc/relu").locator(".card-values")).to_contain_text(f"μ {np.maximum(WEIGHTS[0], 0).mean():.3g}")


def test_click_holds_the_step_and_arrow_keys_move_it(page: Page) -> None:
    plot = card(page, "fc/relu").locator(".card-plot")
    head = page.locator(".ridge-tip-head")
    point_at(page, "fc/relu", 0.5, 0.9)
    expect(head).to_contain_text("step 200")

    plot.click(position={"x": 150, "y": 205})
    page.mouse.move(5, 5)
    page.keyboard.press("ArrowLeft")
    expect(head).to_contain_text("step 100")
    page.keyboard.press("Shift+ArrowLeft")
    expect(head).to_contain_text("step 0")

    page.keyboard.press("Escape")
    expect(page.locator(".ridge-tip")).to_be_hidden()


def test_steps_that_are_selected_on_another_page_are_the_only_ones(page: Page, board: str) -> None:
    page.goto(f"{board}/histograms?span=step:50..150:loss")
    expect(card(page, "fc/relu").locator(".card-values")).to_contain_text(f"μ {np.maximum(WEIGHTS[100], 0).mean():.3g}")
    expect(card(page, "fc/relu").locator(".card-foot")).to_contain_text("1 histogram")

    page.get_by_role("button", name="Show all steps, not only Steps 50 – 150").click()

    expect(card(page, "fc/relu").locator(".card-foot")).to_contain_text("3 histograms")
    page.goto(f"{board}/histograms?span=step:101..150:loss")
    expect(card(page, "fc/relu").locator(".card-values")).to_have_text("No histogram of this tag in steps 101 – 150")


def test_badges_tell_zeros_and_values_that_are_not_finite(page: Page) -> None:
    share = (np.maximum(WEIGHTS[200], 0) == 0).mean()
    expect(card(page, "fc/relu").locator(".card-badges")).to_contain_text(f"{share * 100:.1f} % zeros")
    expect(card(page, "fc/relu").locator(".card-foot")).to_contain_text("spikes cut")

    broken = card(page, "fc/broken")
    expect(broken.locator(".card-badges")).to_contain_text("5,000 non-finite at 200")
    expect(broken.locator(".card-values")).to_contain_text("Nothing finite at this step")
    broken.get_by_role("button", name="Go to the last finite step").click()

    expect(broken.locator(".card-values")).to_contain_text(f"μ {WEIGHTS[100].mean():.3g}")
    broken.locator(".ridge-badge").click()
    expect(broken.locator(".card-values")).to_contain_text("Nothing finite at this step")


def test_another_run_is_one_click_away(page: Page) -> None:
    kernel = card(page, "fc/kernel")
    expect(kernel.locator(".card-foot")).to_contain_text("new")

    kernel.get_by_role("button", name="Show old").click()
    expect(kernel.locator(".card-foot")).to_contain_text("old")
    expect(kernel.locator(".card-values")).to_contain_text("μ 103")

    kernel.get_by_role("combobox").select_option("new")
    expect(kernel.locator(".card-values")).to_contain_text(f"μ {WEIGHTS[2900].mean():.3g}")


def test_theme_changes_the_drawing_without_a_reload(page: Page) -> None:
    script = """async () => {
      const { setPreference } = await import("/static/js/preferences.js");
      const pixel = () => {
        const canvas = document.querySelector('[data-tag="fc/kernel"] canvas');
        return [...canvas.getContext("2d").getImageData(canvas.width * 0.45, canvas.height * 0.9, 1, 1).data].join();
      };
      const before = pixel();
      setPreference("theme", "dark");
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return [before, pixel()];
    }"""

    before, after = page.evaluate(script)

    assert before != after


def test_new_histogram_is_drawn_without_a_reload(
    open_page: Callable[..., Page], start_board: Callable[[Path], str], tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_histogram("w", np.array([1.0, 2.0]), 0)
        writer.flush()
        page = open_page(f"{start_board(tmp_path)}/histograms")
        expect(card(page, "w").locator(".card-foot")).to_contain_text("1 histogram")
        page.evaluate("window.isSamePage = true")

        writer.add_histogram("w", np.array([5.0, 7.0]), 10)
        writer.flush()

        expect(card(page, "w").locator(".card-foot")).to_contain_text("2 histograms")
        expect(card(page, "w").locator(".card-values")).to_contain_text("μ 6.00")
        assert page.evaluate("window.isSamePage")


def test_selection_without_histograms_says_what_to_log(
    open_page: Callable[..., Page], start_board: Callable[[Path], str], tmp_path: Path
) -> None:
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("loss", 1.0, 0)

    page = open_page(f"{start_board(tmp_path)}/histograms")

    expect(page.locator(".empty")).to_contain_text("No run logs histograms")
    expect(page.locator(".empty")).to_contain_text("add_histogram")
    expect(page.locator(".page .toolbar")).to_be_hidden()  # there is nothing that it could set
    page.get_by_role("link", name="Scalars").click()
    expect(page.locator(".page .toolbar")).to_be_visible()


def test_card_has_a_name_for_those_who_do_not_see_it(page: Page) -> None:
    label: Any = card(page, "fc/relu").locator(".card-plot").get_attribute("aria-label")

    assert label == "fc/relu: 3 histograms of new, steps 0 to 200. Arrow keys move the step."
