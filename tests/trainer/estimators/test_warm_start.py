from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from trainer import Estimator, WarmStartSettings, heads, layers

Arrays = tuple[np.ndarray, np.ndarray]


def make(*units: int, **options: object) -> Estimator:
    network = layers.Sequential([*(layers.Dense(count, "relu") for count in units), layers.Dense(3)])
    return Estimator(network, head=heads.MultiClassHead(3), **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def rows() -> Arrays:
    generator = np.random.default_rng(0)
    return generator.normal(size=(40, 2)).astype(np.float32), generator.integers(0, 3, 40)


@pytest.fixture(scope="module")
def base(rows: Arrays, tmp_path_factory: pytest.TempPathFactory) -> Estimator:
    """50 steps of a network of 8 units, in a folder."""
    return make(8, model_dir=tmp_path_factory.mktemp("base") / "run").fit(*rows, steps=50)


def kernel(estimator: Estimator, name: str) -> np.ndarray:
    return np.asarray(estimator.params_[name]["kernel"])


def test_training_begins_with_the_weights_of_a_checkpoint(base: Estimator, rows: Arrays) -> None:
    warm = make(8, warm_start_from=base.model_dir, learning_rate=1e-12).fit(*rows, steps=1)

    np.testing.assert_allclose(kernel(warm, "dense_0"), kernel(base, "dense_0"), atol=1e-6)
    np.testing.assert_allclose(warm.predict_proba(rows[0]), base.predict_proba(rows[0]), atol=1e-5)
    assert warm.n_iter_ == 1


def test_export_and_checkpoint_file_serve_as_well(base: Estimator, rows: Arrays, tmp_path: Path) -> None:
    export = base.export(tmp_path / "model")
    checkpoint = next(Path(str(base.model_dir)).glob("checkpoint-*.safetensors"))

    for source in (export, checkpoint):
        warm = make(8, warm_start_from=source, learning_rate=1e-12).fit(*rows, steps=1)
        np.testing.assert_allclose(kernel(warm, "dense_1"), kernel(base, "dense_1"), atol=1e-6)


def test_patterns_choose_and_names_translate(base: Estimator, rows: Arrays) -> None:
    settings = WarmStartSettings(
        str(base.model_dir),
        vars_to_warm_start=["dense_1/kernel", "dense_0/bias"],
        var_name_to_prev_var_name={"dense_1/kernel": "dense_0/kernel"},
    )

    # Two inputs to each of 8 units: the same shape from one unit further back.
    network = layers.Sequential([layers.Dense(2, "relu"), layers.Dense(8, "relu"), layers.Dense(3)])
    with pytest.raises(
        ValueError, match=r"dense_0/bias of checkpoint .* must have the shape of dense_0/bias, \(2,\); "
    ):
        Estimator(network, head=heads.MultiClassHead(3), warm_start_from=settings).fit(*rows, steps=1)
    chosen = WarmStartSettings(str(base.model_dir), "dense_1/kernel", settings.var_name_to_prev_var_name)
    warm = Estimator(network, head=heads.MultiClassHead(3), warm_start_from=chosen, learning_rate=1e-12)

    warm.fit(*rows, steps=1)

    np.testing.assert_allclose(kernel(warm, "dense_1"), kernel(base, "dense_0"), atol=1e-6)
    assert not np.allclose(kernel(warm, "dense_2"), kernel(base, "dense_1"))


def normalized(columns: int, **options: object) -> Estimator:
    network = layers.Sequential([layers.BatchNormalization(), layers.Dense(3)])
    return Estimator(network, head=heads.MultiClassHead(3), **options).fit(  # type: ignore[arg-type]
        np.ones((40, columns), np.float32) * 5, np.arange(40) % 3, steps=1
    )


def test_what_a_layer_carries_comes_along_only_where_the_patterns_choose_it(tmp_path: Path) -> None:
    normalized(2, model_dir=tmp_path / "two")
    name = "batch_normalization_0"

    def mean(settings: object, columns: int = 2) -> float:
        return float(normalized(columns, warm_start_from=settings).state_[name]["moving_mean"][0])

    fresh = float(normalized(2).state_[name]["moving_mean"][0])
    assert mean(tmp_path / "two") > fresh
    assert mean(WarmStartSettings(tmp_path / "two", name)) > fresh
    assert mean(WarmStartSettings(tmp_path / "two", "dense_0/")) == fresh
    # Of three columns now: the bias fits, and the statistics of two are nobody's business.
    assert mean(WarmStartSettings(tmp_path / "two", "dense_0/bias"), columns=3) == fresh
    assert mean(WarmStartSettings(tmp_path / "two", ["dense_0/bias", f"{name}/moving"]), columns=3) == fresh
    named = {f"{name}/moving_mean": f"{name}/moving_mean"}
    with pytest.raises(ValueError, match=r"must have the shape of batch_normalization_0/moving_mean, \(3,\); got"):
        mean(WarmStartSettings(tmp_path / "two", ["dense_0/bias", f"{name}/moving"], named), columns=3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (lambda path: path / "nothing", r"checkpoint must be a model_dir, a \.safetensors file or an export; got"),
        (
            lambda path: WarmStartSettings(path, "dens0"),
            r"got 'dens0', which fits none of dense_0/bias, dense_0/kernel",
        ),
        (
            lambda path: WarmStartSettings(path, var_name_to_prev_var_name={"dense_0/kernel": "dens_0/kernel"}),
            r"must hold dens_0/kernel for dense_0/kernel; got none of that name\. Perhaps dense_0/kernel was meant\.",
        ),
        (
            lambda path: WarmStartSettings(path, var_name_to_prev_var_name={"dens_0/kernel": "dense_0/kernel"}),
            r"weights of this network as keys; got 'dens_0/kernel'\. Perhaps dense_0/kernel was meant\.",
        ),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_written(
    base: Estimator, rows: Arrays, tmp_path: Path, settings: Callable[[Path], object], message: str
) -> None:
    estimator = make(8, warm_start_from=settings(Path(str(base.model_dir))), model_dir=tmp_path / "run")

    with pytest.raises(ValueError, match=message):
        estimator.fit(*rows, steps=1)

    assert not list(tmp_path.glob("run/*"))


def test_resumed_run_does_not_begin_again_with_other_weights(base: Estimator, rows: Arrays, tmp_path: Path) -> None:
    options = {"model_dir": tmp_path / "run", "warm_start_from": base.model_dir, "learning_rate": 0.01}

    whole = make(8, warm_start_from=base.model_dir, learning_rate=0.01).fit(*rows, steps=12)
    make(8, **options).fit(*rows, steps=6)
    resumed = make(8, **options).fit(*rows, steps=12)

    np.testing.assert_array_equal(kernel(resumed, "dense_0"), kernel(whole, "dense_0"))


def test_warm_start_goes_on_where_the_last_fit_ended(rows: Arrays) -> None:
    warm = make(8, warm_start=True)

    warm.fit(*rows, steps=5).fit(*rows, steps=7)

    assert warm.n_iter_ == 12
    np.testing.assert_array_equal(kernel(warm, "dense_0"), kernel(make(8).fit(*rows, steps=12), "dense_0"))


def test_warm_start_takes_a_new_learning_rate_and_keeps_the_weights(rows: Arrays) -> None:
    warm = make(8, warm_start=True, learning_rate=0.01).fit(*rows, steps=5)
    before = kernel(warm, "dense_0")

    warm.set_params(learning_rate=1e-12).fit(*rows, steps=5)

    np.testing.assert_allclose(kernel(warm, "dense_0"), before, atol=1e-6)
    assert warm.n_iter_ == 10


def test_warm_start_of_another_network_is_refused(rows: Arrays) -> None:
    warm = make(8, warm_start=True).fit(*rows, steps=1)
    warm.set_params(network_or_model_fn=layers.Dense(3))

    with pytest.raises(ValueError, match=r"model must be that of the fit before with warm_start=True; got"):
        warm.fit(*rows, steps=1)
