from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from summaries.load import load
from trainer import (
    BestExporter,
    Estimator,
    EvalSpec,
    FinalExporter,
    LatestExporter,
    RunConfig,
    TrainSpec,
    heads,
    layers,
    load_exported,
    train_and_evaluate,
)
from trainer.hooks import EarlyStoppingHook, EvaluationHook, ThrottleHook

Arrays = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def rows() -> Arrays:
    features = np.random.default_rng(0).normal(size=(64, 2)).astype(np.float32)
    return features, (features[:, 0] > 0).astype(int)


def make(model_dir: Path | None = None) -> Estimator:
    config = RunConfig(eval_interval=10, summary_interval=None)
    return Estimator(layers.Dense(1), head=heads.BinaryHead(), learning_rate=0.1, model_dir=model_dir, config=config)


@pytest.fixture(scope="module")
def done(rows: Arrays, tmp_path_factory: pytest.TempPathFactory) -> tuple[Estimator, dict[str, float], list[Path]]:
    estimator = make(tmp_path_factory.mktemp("logs") / "run")
    exporters = [LatestExporter(exports_to_keep=2), BestExporter(metric="accuracy"), FinalExporter()]
    evaluation, exports = train_and_evaluate(
        estimator, TrainSpec(rows, max_steps=45), EvalSpec(rows, exporters=exporters)
    )
    return estimator, evaluation, exports


def test_it_trains_evaluates_and_exports(done: tuple[Estimator, dict[str, float], list[Path]], rows: Arrays) -> None:
    estimator, evaluation, exports = done

    assert estimator.n_iter_ == 45
    assert evaluation == estimator.evaluate(*rows)
    names = [str(folder.relative_to(Path(str(estimator.model_dir)))) for folder in exports]
    assert names[:2] == ["export/latest/40", "export/latest/45"]
    assert names[2].startswith("export/best/")
    assert names[3] == "export/final/45"
    np.testing.assert_allclose(load_exported(exports[3]).predict_proba(rows[0]), estimator.predict_proba(rows[0]))


def test_what_is_kept_is_what_lies_there(done: tuple[Estimator, dict[str, float], list[Path]]) -> None:
    estimator, _, exports = done

    folders = sorted(Path(str(estimator.model_dir)).glob("export/*/*"))

    assert folders == sorted(exports)


def test_functions_of_batches_are_read_anew_and_cut_to_the_steps_of_an_evaluation(rows: Arrays) -> None:
    seen: list[int] = []
    calls: list[int] = []

    def batches() -> Any:
        calls.append(len(calls))
        return read()

    def read() -> Iterator[Any]:
        for begin in range(0, 64, 16):
            seen.append(begin)
            yield rows[0][begin : begin + 16], rows[1][begin : begin + 16]

    estimator = make()
    evaluation, exports = train_and_evaluate(estimator, TrainSpec(lambda: [rows] * 20), EvalSpec(batches, steps=2))

    assert estimator.n_iter_ == 20
    assert set(seen) == {0, 16}
    assert calls == list(range(len(seen) // 2)), "each call is for an evaluation"
    assert evaluation == pytest.approx(estimator.evaluate(rows[0][:32], rows[1][:32]), rel=1e-6)
    assert exports == []


def test_finished_run_gets_the_exports_that_it_was_killed_before(rows: Arrays, tmp_path: Path) -> None:
    make(tmp_path).fit(*rows, steps=10)

    for _ in range(2):
        exporters = [LatestExporter(), BestExporter(), FinalExporter()]
        specs = TrainSpec(rows, max_steps=10), EvalSpec(rows, exporters=exporters)
        _, exports = train_and_evaluate(make(tmp_path), *specs)
        assert exports == [tmp_path / "export" / name / "10" for name in ("latest", "best", "final")]


def test_specs_take_the_defaults_of_tensorflow_and_one_exporter_alone(rows: Arrays, tmp_path: Path) -> None:
    early = EarlyStoppingHook(interval=10)
    train = TrainSpec(rows, max_steps=10, hooks=None)

    _, none = train_and_evaluate(make(), train, EvalSpec(rows, steps=None, hooks=None, exporters=None))
    _, one = train_and_evaluate(make(tmp_path), train, EvalSpec(rows, hooks=[early], exporters=FinalExporter()))

    assert none == []
    assert one == [tmp_path / "export" / "final" / "10"]
    assert early.best_step == 10


def test_evaluations_are_written_under_the_name_of_their_spec(rows: Arrays, tmp_path: Path) -> None:
    train_and_evaluate(make(tmp_path / "run"), TrainSpec(rows, max_steps=20), EvalSpec(rows, name="held_out"))

    scalars = load(tmp_path).runs["run"].scalars
    assert scalars["eval_held_out/loss"].steps.tolist() == [10, 20]
    assert "eval/loss" not in scalars


@pytest.mark.parametrize("wait", [{"throttle_secs": 3600.0}, {"start_delay_secs": 3600.0}])
def test_evaluations_that_are_due_too_early_are_left_out_with_their_exports(
    wait: dict[str, float], rows: Arrays, tmp_path: Path
) -> None:
    spec = EvalSpec(rows, exporters=[LatestExporter(), BestExporter()], **wait)

    _, exports = train_and_evaluate(make(tmp_path / "run"), TrainSpec(rows, max_steps=35), spec)

    steps = [10, 35] if "throttle_secs" in wait else [35]  # as TensorFlow: the first at once, and the last always
    assert load(tmp_path).runs["run"].scalars["eval/loss"].steps.tolist() == steps
    assert [folder.name for folder in exports if folder.parent.name == "latest"] == [str(step) for step in steps]


def test_exporter_of_a_throttled_training_exports_all_in_the_next(rows: Arrays, tmp_path: Path) -> None:
    exporter, model = LatestExporter(), make(tmp_path / "run")
    train_and_evaluate(model, TrainSpec(rows, max_steps=10), EvalSpec(rows, exporters=exporter, throttle_secs=3600))

    model.fit(*rows, steps=40, validation_data=rows, hooks=[exporter])

    assert [folder.name for folder in exporter.exports] == ["10", "20", "30", "40"]


def test_throttle_counts_from_the_start_of_the_evaluation_before() -> None:
    now = 100.0
    throttle = ThrottleHook(start_delay_secs=5, throttle_secs=60, clock=lambda: now)

    allowed = []
    for step, secs in enumerate([104, 105, 164, 165, 224, 226, 300]):
        now = float(secs)
        allowed.append(throttle.allows(step) and throttle.allows(step))

    assert allowed == [False, True, False, True, False, True, True]


@pytest.mark.parametrize("has_folder", [False, True])
def test_train_counts_steps_as_tensorflow_does(has_folder: bool, rows: Arrays, tmp_path: Path) -> None:
    estimator = make(tmp_path / "run" if has_folder else None)
    calls: list[dict[str, int]] = [{"steps": 2}, {"steps": 3}, {"max_steps": 4}, {"max_steps": 8}, {}]

    counts = [estimator.train(rows, **call).n_iter_ for call in calls]

    assert counts == [2, 5, 5, 8, 10]  # at last a pass over 64 rows
    with pytest.raises(ValueError, match=r"steps must be None with max_steps; got 1 and 2\."):
        estimator.train(rows, steps=1, max_steps=2)


def test_best_checkpoint_without_a_folder_is_refused(rows: Arrays) -> None:
    estimator = Estimator(layers.Dense(1), head=heads.BinaryHead(), config=RunConfig(best_metric="accuracy"))

    with pytest.raises(ValueError, match=r"model_dir must be given with best_metric='accuracy', .* got None\."):
        estimator.fit(*rows, validation_data=rows)


def test_batches_that_end_before_the_steps_are_an_error_and_leave_what_was_trained(rows: Arrays) -> None:
    estimator = make()

    with pytest.raises(ValueError, match=r"input must give 5 batches for steps=5; it ended after 3\."):
        train_and_evaluate(estimator, TrainSpec([rows] * 3, max_steps=5), EvalSpec(rows))

    assert estimator.n_iter_ == 3


def test_worse_model_of_a_resumed_run_leaves_the_best_export(rows: Arrays, tmp_path: Path) -> None:
    # Labels that training can only leave: the first evaluation is the best.
    validation = rows[0], 1 - rows[1]

    for steps in (10, 30, 40):
        best = BestExporter()
        make(tmp_path).fit(*rows, steps=steps, validation_data=validation, hooks=[best])
        assert best.exports == [tmp_path / "export" / "best" / "10"]
    known = json.loads((best.exports[0] / "best.json").read_text())
    assert (known["metric"], known["step"]) == ("loss", 10)
    exported = load_exported(best.exports[0]).predict_proba(rows[0])
    np.testing.assert_allclose(exported, make().fit(*rows, steps=10).predict_proba(rows[0]), rtol=1e-5)


def test_exporter_works_as_a_hook_of_fit(rows: Arrays, tmp_path: Path) -> None:
    final = FinalExporter()

    make(tmp_path).fit(*rows, steps=3, hooks=[final])

    assert final.exports == [tmp_path / "export" / "final" / "3"]


def test_failed_training_exports_nothing(rows: Arrays, tmp_path: Path) -> None:
    def batches() -> Iterator[Any]:
        yield rows
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        make(tmp_path).fit(batches, hooks=[FinalExporter(), LatestExporter()])

    assert not (tmp_path / "export").exists()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rows: (rows, EvalSpec(rows)), r"train_spec must be a TrainSpec; got tuple\."),
        (lambda rows: (TrainSpec(rows), TrainSpec(rows)), r"eval_spec must be a EvalSpec; got TrainSpec\."),
        (
            lambda rows: (TrainSpec(rows), EvalSpec(iter([rows]))),
            r"input_fn of EvalSpec must be readable again and again; got a list_iterator\.",
        ),
        (
            lambda rows: (TrainSpec(rows), EvalSpec(rows, steps=3)),
            r"steps must be None with arrays, which have no batches; got 3\.",
        ),
        (
            lambda rows: (TrainSpec(rows), EvalSpec(lambda: rows, steps=3)),
            r"steps must be None with arrays, which have no batches; got 3\.",
        ),
        (
            lambda rows: (TrainSpec(rows), EvalSpec(rows, exporters=[FinalExporter()])),
            r"model_dir must be given with an exporter; got None\.",
        ),
        (lambda rows: (TrainSpec(rows), EvalSpec(rows, name="a/b")), r"name must be a plain word; got 'a/b'\."),
        (
            lambda rows: (TrainSpec(rows), EvalSpec(rows, throttle_secs=-1)),
            r"throttle_secs must be at least 0 seconds; got -1\.",
        ),
        (lambda rows: (TrainSpec(rows), EvalSpec([], steps=0)), r"steps must be a positive integer; got 0\."),
    ],
)
def test_wrong_specs_are_refused(rows: Arrays, call: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        train_and_evaluate(make(), *call(rows))


def test_name_that_is_a_path_is_refused() -> None:
    with pytest.raises(ValueError, match=r"name must be that of a folder; got '\.\./x'\."):
        LatestExporter("../x")


def test_best_of_an_unknown_metric_is_refused(rows: Arrays, tmp_path: Path) -> None:
    message = r"metric of BestExporter must be one of .*accuracy.*; got 'acuracy'\. Perhaps accuracy was meant\."
    with pytest.raises(ValueError, match=message):
        make(tmp_path).fit(*rows, steps=10, validation_data=rows, hooks=[BestExporter(metric="acuracy")])

    assert not list(tmp_path.glob("checkpoint-*"))


def test_an_evaluation_hook_of_the_user_takes_the_place_of_the_own_one_in_every_fit(
    rows: Arrays, tmp_path: Path
) -> None:
    hook = EvaluationHook(4)

    for folder in ("first", "second"):
        train_and_evaluate(make(tmp_path / folder), TrainSpec(rows, max_steps=10, hooks=[hook]), EvalSpec(rows))

    for folder in ("first", "second"):
        assert load(tmp_path).runs[folder].scalars["eval/loss"].steps.tolist() == [4, 8, 10]
