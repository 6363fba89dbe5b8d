"""Tags find the nodes that they were logged of, and their values add up to those of the scopes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from dashboard.graph import Hierarchy, LoggedTag, Moments, match_tags, sum_up
from dashboard.graph.live_values import find_moments
from dashboard.graph.logged import split_tag
from summaries import Histogram

MakeHierarchy = Callable[..., Hierarchy]


def found(hierarchy: Hierarchy, kind: str, *tags: str) -> dict[str, tuple[str, str]]:
    return {one.tag: (one.what, hierarchy.items[one.item].id) for one in match_tags(hierarchy, {kind: tags})}


def tag_of(hierarchy: Hierarchy, tag: str, kind: str = "histograms") -> LoggedTag:
    (one,) = match_tags(hierarchy, {kind: [tag]})
    return one


@pytest.mark.parametrize(
    ("tag", "what", "path"),
    [
        ("grads/dense_0/kernel", "grads", "dense_0/kernel"),
        ("params/dense_0/bias", "params", "dense_0/bias"),
        ("activations/dense_1", "activations", "dense_1"),
        ("updates/dense_0/kernel", "updates", "dense_0/kernel"),
        ("train/grads/dense_0/kernel", "grads", "dense_0/kernel"),
        ("gradients/dense_0.kernel", "grads", "dense_0/kernel"),
        ("dense_0.kernel.grad", "grads", "dense_0/kernel"),
        ("dense_0/kernel", "params", "dense_0/kernel"),
        ("model.dense_0.kernel", "params", "dense_0/kernel"),
        ("dense_0/kernel_0/histogram", "params", "dense_0/kernel"),
        ("dense_0/kernel:0", "params", "dense_0/kernel"),
        ("Dense_0/Kernel", "params", "dense_0/kernel"),
        ("dense_0.weight", "params", "dense_0"),
    ],
)
def test_histogram_tags_are_matched(iris: Hierarchy, tag: str, what: str, path: str) -> None:
    assert found(iris, "histograms", tag) == {tag: (what, path)}


@pytest.mark.parametrize(
    ("tag", "what", "path"),
    [
        ("grad_norm/dense_0/kernel", "grad_norm", "dense_0/kernel"),
        ("grad_2.0_norm/dense_0.kernel", "grad_norm", "dense_0/kernel"),
        ("dense_0/grad_norm", "grad_norm", "dense_0"),
        ("update_ratio/dense_0", "update_ratio", "dense_0"),
        ("nonfinite_share/grads/dense_0/kernel", "nonfinite_share", "dense_0/kernel"),
        ("train/loss", "other", "loss"),
    ],
)
def test_scalar_tags_are_matched(iris: Hierarchy, tag: str, what: str, path: str) -> None:
    assert found(iris, "scalars", tag) == {tag: (what, path)}


@pytest.mark.parametrize(
    "tag", ["grad_norm", "learning_rate", "kernel", "accuracy/val", "other/dense_7/kernel", "", "/"]
)
def test_tags_of_nothing_in_the_graph_are_left_out(iris: Hierarchy, tag: str) -> None:
    assert found(iris, "scalars", tag) == {}


def test_an_end_that_fits_two_paths_names_none(make_hierarchy: MakeHierarchy) -> None:
    graph = make_hierarchy(("a/fc/weight", "Parameter", []), ("b/fc/weight", "Parameter", []))

    assert found(graph, "histograms", "fc.weight", "a.fc.weight") == {"a.fc.weight": ("params", "a/fc/weight")}


def test_torch_scopes_are_found_by_the_name_in_brackets(make_hierarchy: MakeHierarchy) -> None:
    graph = make_hierarchy(("Net/Sequential[layer1]/Linear[0]/weight", "prim::GetAttr", []))

    assert found(graph, "histograms", "layer1.0.weight") == {
        "layer1.0.weight": ("params", "Net/Sequential[layer1]/Linear[0]/weight")
    }


def test_words_say_what_is_logged() -> None:
    assert split_tag("zero_share/activations/dense_0") == ("zero_share", ("dense_0",))
    assert split_tag("train/weights/fc/kernel") == ("params", ("fc", "kernel"))


def test_the_norm_of_a_scope_is_the_root_of_the_summed_squares(iris: Hierarchy) -> None:
    kernel, bias = tag_of(iris, "grads/dense_0/kernel"), tag_of(iris, "grads/dense_0/bias")

    values = sum_up(iris, [(kernel, Moments(9.0, 0.0, 1.0)), (bias, Moments(16.0, 2.0, 1.0))])

    at = {iris.items[item].id: value for item, value in values["grad_norm"].items()}
    assert (at["dense_0/kernel"], at["dense_0/bias"], at["dense_0"], at[""]) == (3.0, 4.0, 5.0, 5.0)
    bad = {iris.items[item].id: value for item, value in values["nonfinite"].items()}
    assert (bad["dense_0/kernel"], bad["dense_0"]) == (0.0, 2.0)


def test_a_norm_that_was_logged_of_the_scope_comes_first(iris: Hierarchy) -> None:
    kernel, scope = tag_of(iris, "grads/dense_0/kernel"), tag_of(iris, "grad_norm/dense_0", "scalars")

    values = sum_up(iris, [(kernel, Moments(9.0, 0.0, 1.0)), (scope, 7.0)])["grad_norm"]

    assert values[iris.index_by_id["dense_0"]] == 7.0
    assert values[0] == 7.0


def test_the_update_ratio_of_a_scope_weighs_its_weights(iris: Hierarchy) -> None:
    names = ("params/dense_0/kernel", "params/dense_0/bias", "updates/dense_0/kernel", "updates/dense_0/bias")
    squares = (100.0, 44.0, 9.0, 16.0)

    logged = [(tag_of(iris, name), Moments(square, 0.0, 1.0)) for name, square in zip(names, squares, strict=True)]
    values = sum_up(iris, logged)["update_ratio"]

    assert values[iris.index_by_id["dense_0/kernel"]] == pytest.approx(0.3)
    assert values[iris.index_by_id["dense_0"]] == pytest.approx(5 / 12)


def test_a_logged_ratio_without_norms_says_nothing_of_the_scope(iris: Hierarchy) -> None:
    kernel = tag_of(iris, "update_ratio/dense_0/kernel", "scalars")

    values = sum_up(iris, [(kernel, 0.001)])["update_ratio"]

    assert values == {kernel.item: 0.001}


def test_moments_of_a_histogram_that_says_none_come_from_its_buckets() -> None:
    lefts, rights = np.linspace(-1, 0.9, 20), np.linspace(-0.9, 1, 20)
    histogram = Histogram(-1.0, 1.0, 2000.0, math.nan, math.nan, lefts, rights, np.full(20, 100.0))

    moments = find_moments(histogram)

    values = np.linspace(-1, 1, 2001)
    assert moments.squares == pytest.approx(float(np.sum(values**2)), rel=2e-3)
    assert moments.std == pytest.approx(float(values.std()), rel=2e-3)


def test_values_that_are_not_finite_are_counted() -> None:
    histogram = Histogram(1.0, 2.0, 5.0, 3.0, 5.0, np.array([1.0]), np.array([2.0]), np.array([2.0]))

    assert find_moments(histogram) == Moments(5.0, 3.0, 0.5)


@pytest.mark.parametrize("share", [math.nan, math.inf, -math.inf])
def test_a_share_that_is_no_number_counts_all_values_as_bad(iris: Hierarchy, share: float) -> None:
    tag = tag_of(iris, "nonfinite_share/grads/dense_0/kernel", "scalars")

    values = sum_up(iris, [(tag, share), (tag_of(iris, "grad_norm/dense_1", "scalars"), 2.0)])

    kernel = iris.index_by_id["dense_0/kernel"]
    assert values["nonfinite"][kernel] == iris.items[kernel].params
    assert values["grad_norm"][iris.index_by_id["dense_1"]] == 2.0


def test_moments_of_values_too_large_to_square_are_found() -> None:
    edges = np.array([0.0, 1e200, 2e200])

    moments = find_moments(Histogram(0.0, 2e200, math.inf, 2e200, math.nan, edges[:-1], edges[1:], np.ones(2)))

    assert (moments.squares, moments.num_bad) == (math.inf, 0.0)
    assert math.isnan(moments.std)


@pytest.mark.parametrize(
    ("tags", "value"),
    [
        (["eval/loss"], 0),
        (["eval/loss", "train/loss"], 1),
        (["eval/loss", "loss"], 1),
        (["eval/loss", "test/loss"], None),
    ],
)
def test_a_node_shows_the_scalar_of_the_training(iris: Hierarchy, tags: list[str], value: int | None) -> None:
    logged = [(tag_of(iris, tag, "scalars"), float(place)) for place, tag in enumerate(tags)]

    assert sum_up(iris, logged)["value"].get(iris.index_by_id["loss"]) == value
