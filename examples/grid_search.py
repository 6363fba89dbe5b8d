"""scikit-learn's grid search over a canned estimator: each trial is a run of its own.

You will see: the best of nine settings with its accuracy over three folds, and a page that compares the trials.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from iris_dnn import load_iris
from sklearn.model_selection import GridSearchCV

from trainer import DNNClassifier, RunConfig

GRID = {"hidden_units": [(4,), (10,), (20, 10)], "learning_rate": [1e-3, 1e-2, 1e-1]}


def search(logdir: Path | None, grid: dict[str, list[object]] | None = None) -> GridSearchCV:
    """Fits every setting on every fold, and the best on all rows."""
    config = RunConfig(steps=300, summary_interval=None, is_graph_written=False)
    model = DNNClassifier(random_state=0, model_dir=logdir, config=config)
    return GridSearchCV(model, grid or GRID, cv=3).fit(*load_iris())


def main() -> None:
    """Reads the command line, searches, and says how to look at the runs."""
    parser = argparse.ArgumentParser(description="Search the best of nine settings.")
    parser.add_argument("--logdir", type=Path, default=Path("runs/grid_search"), help="folder of the runs")
    logdir: Path = parser.parse_args().logdir
    found = search(logdir)
    print(f"best of {len(found.cv_results_['params'])}: {found.best_params_}, accuracy {found.best_score_:.3f}")
    print(f"Look at them:\n  board --logdir {logdir}")


if __name__ == "__main__":
    main()
