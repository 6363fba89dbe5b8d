"""k-means on data of every form, beside scikit-learn's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trainer import KMeans, RunConfig

sklearn_cluster = pytest.importorskip("sklearn.cluster")
Arrays = tuple[np.ndarray, np.ndarray]


def test_partial_fit_uses_each_batch_of_a_generator(blobs: Arrays) -> None:
    features = blobs[0]

    model = KMeans(3, random_state=1).partial_fit(part for part in (features[:45], features[45:]))

    again = KMeans(3, random_state=1).partial_fit([features[:45], features[45:]])
    assert model.n_iter_ == 2
    np.testing.assert_array_equal(model.cluster_centers_, again.cluster_centers_)


@pytest.mark.parametrize("precision", [None, "mixed_bfloat16"])
def test_fit_and_partial_fit_continue_one_run(precision: str | None, blobs: Arrays, tmp_path: Path) -> None:
    def make() -> KMeans:
        return KMeans(3, random_state=1, model_dir=tmp_path / "run", config=RunConfig(precision=precision))

    model = make().fit(blobs[0])
    assert model.n_iter_ < 300
    steps = model.n_iter_

    model.partial_fit(blobs[0][:50])
    fresh = make().partial_fit(blobs[0][50:])

    assert fresh.n_iter_ == steps + 2
    assert make().fit(blobs[0], steps=steps + 3).n_iter_ == steps + 3


def test_inertia_is_weighted_as_scikit_learns(blobs: Arrays) -> None:
    weights = np.where(blobs[1] == 0, 5.0, 0.5)

    model = KMeans(3, random_state=0).fit(blobs[0], sample_weight=weights)

    theirs = sklearn_cluster.KMeans(3, n_init=5, random_state=0).fit(blobs[0], sample_weight=weights)
    assert model.inertia_ == pytest.approx(theirs.inertia_, rel=1e-3)
    assert model.score(blobs[0], None, weights) == pytest.approx(theirs.score(blobs[0], None, weights), rel=1e-3)


def test_score_counts_the_rows_of_batches_and_of_functions(blobs: Arrays) -> None:
    features = blobs[0]
    model = KMeans(3, random_state=0).fit(features)

    whole = model.score(features)

    assert model.score([features[:45], features[45:]]) == pytest.approx(whole, rel=1e-5)
    assert model.score(lambda: features) == pytest.approx(whole, rel=1e-5)
    assert model.score(part for part in np.split(features, 2)) == pytest.approx(whole, rel=1e-5)


def test_the_best_of_many_starts_is_as_tight_as_the_best_of_scikit_learns() -> None:
    make_blobs = pytest.importorskip("sklearn.datasets").make_blobs
    features, _ = make_blobs(300, 2, centers=12, cluster_std=0.4, random_state=1)
    best = sklearn_cluster.KMeans(12, n_init=50, random_state=0).fit(features).inertia_

    single, several = (KMeans(12, n_init=count, random_state=0).fit(features).inertia_ for count in (1, 20))

    assert several == pytest.approx(best, rel=2e-3)
    assert single > 1.02 * best


def test_number_of_starts_is_checked(blobs: Arrays) -> None:
    with pytest.raises(ValueError, match="n_init must be a positive integer; got 0"):
        KMeans(3, n_init=0).fit(blobs[0])


@pytest.mark.parametrize("form", ["csr", "dok", "lil"])
def test_sparse_matrices_are_refused_in_words(form: str) -> None:
    sparse = pytest.importorskip("scipy.sparse").coo_array(np.eye(4)).asformat(form)

    with pytest.raises(ValueError, match=r"X must be a dense array; got a sparse matrix\."):
        KMeans(2).fit(sparse)
