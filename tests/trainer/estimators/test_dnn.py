from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from trainer import DNNClassifier, DNNRegressor, NotFittedError, RunConfig, hooks

Arrays = tuple[np.ndarray, np.ndarray]


def test_classifier_learns_blobs_and_reports_in_the_words_of_scikit_learn(blobs: Arrays) -> None:
    features, labels = blobs

    model = DNNClassifier([16], learning_rate=0.02, random_state=0).fit(features, labels, steps=300)

    assert model.score(features, labels) == 1.0
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.n_features_in_ == 2
    assert model.n_iter_ == 300
    assert model.predict(features).dtype == labels.dtype
    np.testing.assert_allclose(model.predict_proba(features).sum(axis=1), np.ones(90), rtol=1e-5)
    assert (model.predict_proba(features).argmax(axis=1) == model.predict(features)).all()


def test_evaluate_gives_the_mean_loss_and_accuracy_over_all_rows(blobs: Arrays) -> None:
    features, labels = blobs
    model = DNNClassifier([8], random_state=0).fit(features, labels, steps=20)

    values = model.evaluate(features, labels)

    probabilities = model.predict_proba(features)
    assert values["loss"] == pytest.approx(-np.log(probabilities[np.arange(90), labels]).mean(), rel=1e-5)
    assert values["accuracy"] == pytest.approx(model.score(features, labels))


def test_evaluate_is_exact_over_several_batches_and_weights(blobs: Arrays) -> None:
    features, labels = np.tile(blobs[0], (30, 1)), np.tile(blobs[1], 30)
    weights = np.linspace(0, 2, len(labels))
    model = DNNClassifier([8], random_state=0).fit(*blobs, steps=20)

    values = model.evaluate(features, labels, weights)

    losses = -np.log(model.predict_proba(features)[np.arange(len(labels)), labels])
    assert values["loss"] == pytest.approx(np.average(losses, weights=weights), rel=1e-5)


def test_regressor_learns_a_line(line: Arrays) -> None:
    features, labels = line

    model = DNNRegressor([32], learning_rate=0.02, random_state=0).fit(features, labels, steps=600)

    assert model.score(features, labels) > 0.99
    assert model.predict(features).shape == (64,)
    assert set(model.evaluate(features, labels)) == {"loss", "mae", "r2", "rmse"}


def test_regressor_predicts_several_numbers_a_row(line: Arrays) -> None:
    features, labels = line
    both = np.stack([labels, -labels], axis=1)

    model = DNNRegressor([8], random_state=0).fit(features, both, steps=10)

    assert model.predict(features).shape == (64, 2)


@pytest.mark.parametrize(
    "words",
    [np.array(["ape", "bat", "cat"]), np.array([10, 20, 30]), np.array([0.0, 1.0, 2.0])],
    ids=["text", "int", "float"],
)
def test_labels_of_any_kind_come_back_as_they_were(blobs: Arrays, words: np.ndarray) -> None:
    features, labels = blobs

    model = DNNClassifier([16], learning_rate=0.02, random_state=0).fit(features, words[labels], steps=300)

    assert model.classes_.tolist() == words.tolist()
    assert model.predict(features).tolist() == words[labels].tolist()
    assert model.score(features, words[labels]) == 1.0


def test_two_classes_take_one_logit(blobs: Arrays) -> None:
    features, labels = blobs

    model = DNNClassifier([8], learning_rate=0.05, random_state=0).fit(features, labels == 1, steps=300)

    assert model.params_["dense_1"]["kernel"].shape == (8, 1)
    assert model.predict_proba(features).shape == (90, 2)
    assert model.predict(features).dtype == bool
    assert model.score(features, labels == 1) == 1.0


def test_same_seed_gives_the_same_model_and_another_another(blobs: Arrays) -> None:
    def fit(seed: int) -> np.ndarray:
        return DNNClassifier([8], dropout=0.2, random_state=seed).fit(*blobs, steps=30).predict_proba(blobs[0])

    np.testing.assert_array_equal(fit(3), fit(3))
    assert (fit(3) != fit(4)).any()


def test_fit_starts_afresh_and_partial_fit_goes_on(blobs: Arrays) -> None:
    model = DNNClassifier([8], random_state=0)
    first = model.fit(*blobs, steps=30).predict_proba(blobs[0])

    again = model.fit(*blobs, steps=30).predict_proba(blobs[0])
    continued = model.partial_fit(*blobs, steps=20)

    np.testing.assert_array_equal(again, first)
    assert continued.n_iter_ == 50
    whole = DNNClassifier([8], random_state=0).fit(*blobs, steps=50)
    np.testing.assert_array_equal(continued.predict_proba(blobs[0]), whole.predict_proba(blobs[0]))


def test_partial_fit_of_a_fresh_estimator_is_one_pass(blobs: Arrays) -> None:
    assert DNNClassifier([8], batch_size=20).partial_fit(*blobs).n_iter_ == 5  # 90 rows


def test_each_partial_fit_is_one_more_pass(blobs: Arrays) -> None:
    model = DNNClassifier([8], batch_size=20, n_classes=3)
    batches = [(blobs[0][:50], blobs[1][:50]), (blobs[0][50:], blobs[1][50:])]

    steps = [model.partial_fit(*blobs).n_iter_, model.partial_fit(*blobs).n_iter_, model.partial_fit(batches).n_iter_]

    assert steps == [5, 10, 12]


def test_epochs_count_passes_over_the_rows(blobs: Arrays) -> None:
    assert DNNClassifier([8], batch_size=20).fit(*blobs, epochs=2).n_iter_ == 9


def test_arguments_override_the_config(blobs: Arrays) -> None:
    config = RunConfig(seed=5, batch_size=10, steps=7)

    assert DNNClassifier([4], config=config).fit(*blobs).n_iter_ == 7
    assert DNNClassifier([4], config=config, steps=9).fit(*blobs).n_iter_ == 9


def test_prediction_of_a_row_does_not_depend_on_its_neighbours(blobs: Arrays) -> None:
    features = np.tile(blobs[0], (7, 1))
    model = DNNClassifier([16], random_state=0).fit(*blobs, steps=10)

    whole = model.predict_proba(features)
    rows = np.concatenate([model.predict_proba(features[index : index + 1]) for index in (0, 300, 629)])

    np.testing.assert_array_equal(whole[[0, 300, 629]], rows)


def test_weights_of_zero_are_rows_that_are_not_there(blobs: Arrays) -> None:
    features, labels = blobs
    keep = np.arange(90) % 2 == 0

    weighted = DNNClassifier([8], random_state=0).fit(features, labels, keep.astype(float), steps=30)
    dropped = DNNClassifier([8], random_state=0).fit(features[keep], labels[keep], steps=30)

    np.testing.assert_array_equal(weighted.predict_proba(features), dropped.predict_proba(features))


def test_iterable_of_batches_and_input_fn_train_too(blobs: Arrays) -> None:
    features, labels = blobs
    batches = [(features[rows : rows + 30], labels[rows : rows + 30]) for rows in (0, 30, 60)]

    from_list = DNNClassifier([8], n_classes=3, random_state=0).fit(batches)
    from_function = DNNClassifier([8], n_classes=3, random_state=0).fit(lambda: iter(batches), epochs=2)
    from_generator = DNNClassifier([8], n_classes=3, random_state=0).fit(iter(batches), steps=2)

    assert (from_list.n_iter_, from_function.n_iter_, from_generator.n_iter_) == (3, 6, 2)
    assert from_list.evaluate(batches)["accuracy"] == pytest.approx(from_list.score(features, labels))


def test_validation_batches_are_read_at_every_evaluation(blobs: Arrays) -> None:
    batches = iter([(blobs[0][:50], blobs[1][:50]), (blobs[0][50:], blobs[1][50:])])
    seen: list[dict[str, float]] = []

    class Watch(hooks.Hook):
        def next_step(self, step: int) -> int | None:
            return hooks.next_multiple(step, 5)

        def run(self, context: hooks.Context) -> None:
            seen.append(context.evaluate())

    model = DNNClassifier([8]).fit(*blobs, steps=10, validation_data=batches, hooks=[Watch()])

    assert len(seen) == 2
    assert seen[-1] == pytest.approx(model.evaluate(*blobs), rel=1e-5)


def test_fitted_estimator_survives_pickling(blobs: Arrays) -> None:
    model = DNNClassifier([8], random_state=0).fit(*blobs, steps=10)

    again = pickle.loads(pickle.dumps(model))

    np.testing.assert_array_equal(again.predict_proba(blobs[0]), model.predict_proba(blobs[0]))
    assert again.partial_fit(*blobs, steps=5).n_iter_ == 15


def test_second_fit_another_rate_and_a_clone_compile_nothing(blobs: Arrays) -> None:
    compiled: list[str] = []

    def listen(event: str, secs: float, **kwargs: Any) -> None:
        del secs, kwargs
        compiled.append(event)

    def use(**options: Any) -> None:
        model = DNNClassifier([9], **options).fit(*blobs, steps=40, validation_data=blobs)
        model.predict(blobs[0][:7])
        model.evaluate(*blobs)

    use()
    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        use()
        use(learning_rate=0.5, random_state=8)
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)

    assert [event for event in compiled if "backend_compile" in event] == []


@pytest.mark.parametrize("method", ["predict", "predict_proba", "evaluate", "score", "n_iter_"])
def test_fresh_estimator_says_that_it_must_be_fitted(method: str) -> None:
    def use() -> Any:
        attribute = getattr(DNNClassifier([8]), method)
        return attribute([[1.0]], [0]) if method in ("evaluate", "score") else attribute([[1.0]])

    with pytest.raises((NotFittedError, ValueError), match=r"DNNClassifier must be fitted before .* Call fit first\."):
        use()


def test_fresh_estimator_says_so_where_the_run_in_its_folder_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{")

    with pytest.raises((NotFittedError, ValueError), match=r"DNNClassifier must be fitted before .* Call fit first\."):
        DNNClassifier([8], model_dir=tmp_path).predict([[1.0]])
