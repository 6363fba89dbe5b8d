from dashboard.queries.layouts import MarginLine, merge_layouts

LOSSES = {
    "loss": {
        "both": ["Multiline", ["train/loss", r"val/.*"]],
        "band": ["Margin", ["m", "m-", "m+", "n", "n-", "n+"]],
    }
}


def test_charts_of_one_title_in_several_runs_are_one_with_the_lines_of_all() -> None:
    other = {"loss": {"both": ["Multiline", ["val/.*", "test"]]}, "lr": {"lr": ["Multiline", ["lr"]]}}
    tags = ["lr", "m", "test", "train/loss", "val/acc", "val/loss", "x/val/loss"]

    merged = merge_layouts([(4, LOSSES), (7, other)], tags)

    assert [(title, [chart.title for chart in charts]) for title, charts in merged] == [
        ("loss", ["both", "band"]), ("lr", ["lr"]),
    ]  # fmt: skip
    both, band = merged[0][1]
    assert both.patterns == ("train/loss", "val/.*", "test")
    assert both.tags == ("train/loss", "val/acc", "val/loss", "test")
    assert both.runs == (4, 7)
    assert band.lines == (MarginLine("m", "m-", "m+"), MarginLine("n", "n-", "n+"))
    assert (band.is_margin, band.tags, band.runs) == (True, ("m",), (4,))


def test_pattern_that_cannot_be_read_is_a_name() -> None:
    layout = {"c": {"t": ["Multiline", ["a(", "b+"]]}}

    ((_, (chart,)),) = merge_layouts([(0, layout)], ["a(", "a((", "b", "bb"])

    assert chart.tags == ("a(", "b", "bb")


def test_one_title_of_two_kinds_is_two_charts() -> None:
    layouts = [(0, {"c": {"t": ["Multiline", ["a"]]}}), (1, {"c": {"t": ["Margin", ["a", "b", "c"]]}})]

    ((_, charts),) = merge_layouts(layouts, ["a"])

    assert [(chart.is_margin, chart.runs) for chart in charts] == [(False, (0,)), (True, (1,))]
