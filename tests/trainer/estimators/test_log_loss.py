"""The logistic loss of boosted trees: both members beside scikit-learn, and how often it is computed."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import log_loss

from summaries.members import load_member
from trainer import BoostedTreesClassifier
from trainer.estimators.log_loss import INTERFACE, LogLoss, differentiate_portably


@pytest.fixture(params=["portable", "compiled"])
def differentiate(request: pytest.FixtureRequest) -> Any:
    if request.param == "portable":
        return differentiate_portably
    member: ModuleType | None = load_member("trainer.estimators._log_loss", INTERFACE)
    if member is None:
        pytest.skip("there was no compiler")
    return member.differentiate


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("count", [1, 15, 16, 255, 257, 5000])
def test_loss_is_scikit_learns_and_derivatives_are_its_differences(
    differentiate: Any, count: int, is_weighted: bool
) -> None:
    generator = np.random.default_rng(count)
    scores = generator.normal(size=count) * 4
    labels = generator.random(count) < 0.4
    signs = np.where(labels, 1, -1).astype(np.float32)
    weights = generator.uniform(0.5, 2, count) if is_weighted else None
    slopes, curvatures = np.empty(count, np.float32), np.empty(count, np.float32)

    total = differentiate(scores, signs, weights, slopes, curvatures)

    shares = 1 / (1 + np.exp(-scores))
    expected = log_loss(labels, shares, sample_weight=weights, labels=[False, True], normalize=False)
    factors = 1 if weights is None else weights
    assert total == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(slopes, (shares - labels) * factors, rtol=1e-6)
    np.testing.assert_allclose(curvatures, shares * (1 - shares) * factors, rtol=1e-6)


def test_margins_beyond_all_numbers_have_a_loss(differentiate: Any) -> None:
    scores = np.array([1e308, -1e308, 800, -800, 36, -36])
    slopes, curvatures = np.empty(6, np.float32), np.empty(6, np.float32)

    total = differentiate(scores, np.ones(6, np.float32), None, slopes, curvatures)

    assert total == pytest.approx(3 * -np.log(1e-15), rel=1e-6)  # LightGBM's least share, where the label is wrong
    np.testing.assert_allclose(slopes, [0, -1, 0, -1, -2.3195e-16, -1], rtol=1e-3, atol=1e-30)
    assert np.isfinite(curvatures).all()


def test_a_round_computes_the_loss_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("lightgbm")
    features = np.random.default_rng(0).normal(size=(8192, 16)).astype(np.float32)
    computed: list[int] = []
    evaluate = LogLoss.evaluate

    def count(self: LogLoss, scores: np.ndarray, data: Any) -> tuple[str, float, bool]:
        computed.append(len(scores))
        return evaluate(self, scores, data)

    monkeypatch.setattr(LogLoss, "evaluate", count)
    BoostedTreesClassifier(steps=5).fit(features, features[:, 0] > 0)

    assert computed == [8192] * 6  # once more before the first round
