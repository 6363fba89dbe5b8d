"""The canned estimators swapped on one data set, each beside a peer: error on held-out rows, and time of a fit."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import datasets
from sklearn.cluster import KMeans
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import trainer
from tests.benchmarks.row import Row, least_secs
from tests.benchmarks.training_environments import TF1

ROUNDS = 3
CLASSIFIERS: dict[str, Any] = {
    "BaselineClassifier": DummyClassifier(),
    "LinearClassifier": LogisticRegression(max_iter=1000),
    "DNNClassifier": MLPClassifier(max_iter=1000, random_state=0),
    "DNNLinearCombinedClassifier": MLPClassifier(max_iter=1000, random_state=0),
    "BoostedTreesClassifier": HistGradientBoostingClassifier(random_state=0),
}
REGRESSORS: dict[str, Any] = {
    "BaselineRegressor": DummyRegressor(),
    "LinearRegressor": LinearRegression(),
    "DNNRegressor": MLPRegressor(max_iter=1000, random_state=0),
    "DNNLinearCombinedRegressor": MLPRegressor(max_iter=1000, random_state=0),
    "BoostedTreesRegressor": HistGradientBoostingRegressor(random_state=0),
}
# Those of tf.estimator have no counterpart for the others that still works without further packages.
ORIGINALS = ("DNNClassifier", "LinearClassifier")
SCRIPT = Path(__file__).with_name("tf1_swapping.py")

# Features and labels to learn from, then those held out.
Split = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def measure() -> Iterator[Row]:
    """Yields two rows for each estimator and peer; no goal is set for them."""
    digits, diabetes = (_split(load(return_X_y=True)) for load in (datasets.load_digits, datasets.load_diabetes))
    ours: dict[str, tuple[float, float]] = {}
    for name, peer in CLASSIFIERS.items():
        ours[name], theirs = _fitted(name, peer, digits)
        yield from _rows(f"digits, {name}", "share of wrong labels", ours[name], type(peer).__name__, theirs)
    for name, theirs in _originals(digits).items():
        yield from _rows(f"digits, {name}", "share of wrong labels", ours[name], "tf.estimator", theirs)
    for name, peer in REGRESSORS.items():
        mine, theirs = _fitted(name, peer, diabetes)
        yield from _rows(f"diabetes, {name}", "1 − R²", mine, type(peer).__name__, theirs)
    yield from _clusters(digits[0])


def _split(data: tuple[np.ndarray, np.ndarray]) -> Split:
    features, held_out_features, labels, held_out = train_test_split(*data, random_state=0)
    return features, labels, held_out_features, held_out


def _fitted(name: str, peer: Any, split: Split) -> tuple[tuple[float, float], tuple[float, float]]:
    """Error and seconds of ours and of the peer, whose features are standardized as ours are."""
    features, labels, *held_out = split
    model = getattr(trainer, name)(random_state=0)
    other = make_pipeline(StandardScaler(), peer)
    model.fit(features, labels)
    secs = least_secs(lambda: model.fit(features, labels), lambda: other.fit(features, labels), ROUNDS)
    return (1 - model.score(*held_out), secs[0]), (1 - other.score(*held_out), secs[1])


def _originals(split: Split) -> dict[str, tuple[float, float]]:
    """Error and seconds of each of `ORIGINALS` in TensorFlow's own environment; empty where there is none."""
    python = TF1.find_python()
    if python is None:
        return {}
    features, labels, held_out_features, held_out = split
    scaler = StandardScaler().fit(features)
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/split.npz"
        arrays = {"features": scaler.transform(features), "held_out_features": scaler.transform(held_out_features)}
        arrays = {name: array.astype(np.float32) for name, array in arrays.items()}
        np.savez(data, **arrays, labels=labels.astype(np.int32), held_out=held_out.astype(np.int32))
        command = [python, str(SCRIPT), data, str(ROUNDS), *ORIGINALS]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(f"Skipped tf.estimator: {done.stderr[-500:]}\n")
        return {}
    return {name: (error, secs) for name, (error, secs) in json.loads(done.stdout).items()}


def _clusters(features: np.ndarray) -> Iterator[Row]:
    ours, theirs = trainer.KMeans(10, random_state=0), KMeans(10, random_state=0)
    ours.fit(features)
    secs = least_secs(lambda: ours.fit(features), lambda: theirs.fit(features), ROUNDS)
    mine, other = (float(ours.inertia_), secs[0]), (float(theirs.inertia_), secs[1])
    yield from _rows("digits, KMeans", "inertia", mine, "KMeans of scikit-learn", other)


def _rows(what: str, error: str, ours: tuple[float, float], peer: str, theirs: tuple[float, float]) -> Iterator[Row]:
    yield Row(f"{what}, {error}", "", ours[0], peer, theirs[0], 0.0)
    yield Row(f"{what}, fit", "s", ours[1], peer, theirs[1], 0.0)
