"""The canned estimators beside the libraries that do the same."""

from __future__ import annotations

import functools
import itertools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")  # Keras reads it at import, and asks for TensorFlow otherwise

import jax
import jax.numpy as jnp
import numpy as np

from tests.benchmarks import swapping
from tests.benchmarks.row import Row, least_secs
from tests.benchmarks.training_problems import iris
from trainer import BoostedTreesClassifier, DNNClassifier, Estimator, LinearClassifier, RunConfig, heads, layers

ROUNDS = 5
ROWS_TO_PREDICT = 1_000_000
KERAS_SIZES = (32, 1_024, 8_192, 65_536)
SILENT = RunConfig(summary_interval=None, is_graph_written=False)


def measure() -> Iterator[Row]:
    """Yields the rows of the estimators."""
    yield _canned_beside_the_loop()
    yield from _linear()
    yield _trees()
    yield from _predict()
    yield from _check_estimator()
    yield from swapping.measure()


def _canned_beside_the_loop() -> Row:
    """What standardizing and the canned class cost beside the same network in an `Estimator`."""
    problem = iris()

    def network() -> None:
        dense = [layers.Dense(units, "relu") for units in problem.hidden]
        head = heads.MultiClassHead(problem.num_classes)
        model = Estimator(layers.Sequential([*dense, layers.Dense(problem.num_classes)]), head=head, config=SILENT)
        model.fit(problem.features, problem.labels, steps=problem.steps)

    def canned() -> None:
        model = DNNClassifier(problem.hidden, config=SILENT)
        model.fit(problem.features, problem.labels, steps=problem.steps)

    ours, theirs = _warm(canned, network, ROUNDS)
    return Row("canned DNNClassifier, iris, 2,000 steps", "s", ours, "the network in an Estimator", theirs, 1 / 1.1)


def _linear() -> Iterator[Row]:
    from sklearn.linear_model import SGDClassifier

    generator = np.random.default_rng(0)
    features = generator.normal(size=(1_000_000, 50)).astype(np.float32)
    scores = features @ generator.normal(size=50) + 2 * generator.normal(size=len(features))
    labels = (scores > 0).astype(np.int32)
    ours, theirs = LinearClassifier(random_state=0), SGDClassifier(loss="log_loss", random_state=0)

    times = _warm(lambda: ours.fit(features, labels), lambda: theirs.fit(features, labels), 2)

    what = "LinearClassifier, 1 M × 50 rows"
    yield Row(f"{what}, fit", "s", times[0], "SGDClassifier", times[1], 1.0)
    errors = [1 - float(model.score(features[:100_000], labels[:100_000])) for model in (ours, theirs)]
    yield Row(f"{what}, share of wrong labels", "", errors[0], "SGDClassifier", errors[1], 1.0)


def _trees() -> Row:
    import lightgbm

    generator = np.random.default_rng(0)
    features = generator.normal(size=(200_000, 30)).astype(np.float32)
    labels = (features[:, 0] * features[:, 1] + features[:, 2] > 0).astype(np.int32)

    def bare() -> None:
        lightgbm.LGBMClassifier(n_estimators=100, verbose=-1).fit(features, labels)

    def ours() -> None:
        with tempfile.TemporaryDirectory() as folder:
            BoostedTreesClassifier(steps=100, model_dir=f"{folder}/run").fit(features, labels)

    times = _warm(ours, bare, ROUNDS)
    return Row("100 rounds of trees, 200,000 × 30, each logged", "s", times[0], "bare LightGBM", times[1], 1 / 1.05)


def _predict() -> Iterator[Row]:
    """Probabilities of 1 M rows, by one MLP here and in Keras, with its default batches and with its best."""
    import keras

    generator = np.random.default_rng(0)
    features = generator.normal(size=(ROWS_TO_PREDICT, 20)).astype(np.float32)
    model = DNNClassifier((100, 100), standardize=False, config=SILENT)
    model.fit(features[:1_000], np.arange(1_000) % 10, steps=10)
    dense = [keras.layers.Dense(units, activation="relu") for units in (100, 100)]
    peer = keras.Sequential([keras.layers.Input((20,)), *dense, keras.layers.Dense(10, activation="softmax")])

    def by_size(size: int) -> tuple[float, float]:
        peer.predict(features[: 2 * size], batch_size=size, verbose=0)
        rounds = 1 if size == KERAS_SIZES[0] else ROUNDS
        return least_secs(
            lambda: model.predict_proba(features),
            lambda: peer.predict(features, batch_size=size, verbose=0),
            rounds,
        )

    model.predict_proba(features)
    times = {size: by_size(size) for size in KERAS_SIZES}
    best = min(times, key=lambda size: times[size][1])
    ours = min(secs for secs, _ in times.values())
    what = "predict 1 M rows × 20 by an MLP 100-100-10"
    yield Row(what, "s", ours, "Keras' predict", times[KERAS_SIZES[0]][1], 2.0)
    # Its products of matrices alone are 26 GFLOP: two cores need most of Keras' best time for them.
    yield Row(what, "s", ours, f"Keras' predict, batches of {best:,}", times[best][1], 1.0)
    ours, floor = _warm(lambda: model.predict_proba(features), _matrix_products(features), ROUNDS)
    yield Row(what, "s", ours, "its matrix products alone", floor, 0.0)


def _matrix_products(features: np.ndarray) -> Callable[[], object]:
    """The products of that MLP alone, by XLA on all cores, with its outputs left where they are."""
    shapes = itertools.pairwise((features.shape[1], 100, 100, 10))
    kernels = [np.ones(shape, np.float32) for shape in shapes]
    multiply = jax.jit(lambda rows: functools.reduce(jnp.matmul, kernels, rows))
    parts = np.array_split(features, ROWS_TO_PREDICT // 16_000)
    return lambda: jax.block_until_ready([multiply(part) for part in parts])


def _check_estimator() -> Iterator[Row]:
    from sklearn.utils.estimator_checks import check_estimator

    models: dict[str, Any] = {"LinearClassifier": LinearClassifier(steps=300), "DNNClassifier": DNNClassifier()}
    for name, model in models.items():
        started = time.perf_counter()
        check_estimator(model, on_fail=None, on_skip=None)
        yield Row(f"check_estimator of {name}", "s", time.perf_counter() - started, "limit", 40.0, 1.0)


def _warm(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> tuple[float, float]:
    ours()
    theirs()
    return least_secs(ours, theirs, rounds)
