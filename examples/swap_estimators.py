"""Trains every canned classifier on the iris flowers in one loop: another model is another name.

You will see: one line for each estimator, with its held-out accuracy, and a page with their runs side by side.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from iris_dnn import NUM_HELD_OUT, load_iris

import trainer

NAMES = (
    "BaselineClassifier",
    "LinearClassifier",
    "DNNClassifier",
    "DNNLinearCombinedClassifier",
    "BoostedTreesClassifier",
)


def train(logdir: Path, names: tuple[str, ...] = NAMES) -> dict[str, float]:
    """Trains each estimator as a run of its own, and returns their held-out accuracies."""
    features, species = load_iris()
    order = np.random.default_rng(0).permutation(len(features))
    held_out, rest = order[:NUM_HELD_OUT], order[NUM_HELD_OUT:]
    accuracies = {}
    for name in names:
        model = getattr(trainer, name)(random_state=0, model_dir=logdir / name)
        model.fit(features[rest], species[rest], validation_data=(features[held_out], species[held_out]))
        accuracies[name] = model.score(features[held_out], species[held_out])
    return accuracies


def main() -> None:
    """Reads the command line, trains, and says how to look at the runs."""
    parser = argparse.ArgumentParser(description="Swap the canned estimators on one data set.")
    parser.add_argument("--logdir", type=Path, default=Path("runs/swap"), help="folder of the runs")
    logdir: Path = parser.parse_args().logdir
    for name in NAMES:
        started = time.perf_counter()
        (accuracy,) = train(logdir, (name,)).values()
        print(f"{name:30} accuracy {accuracy:.3f} after {time.perf_counter() - started:.1f} s")
    print(f"Look at them:\n  board --logdir {logdir}")


if __name__ == "__main__":
    main()
