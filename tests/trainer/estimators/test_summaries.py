from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import optax
import pytest

import trainer.hooks.summaries
from summaries import SummaryWriter, load
from trainer import BoostedTreesClassifier, DNNClassifier, Estimator, EstimatorSpec, Mode, RunConfig, hooks, layers

Arrays = tuple[np.ndarray, np.ndarray]
PATHS = ["dense_0/bias", "dense_0/kernel", "dense_1/bias", "dense_1/kernel"]


@pytest.fixture
def fitted(blobs: Arrays, tmp_path: Path) -> DNNClassifier:
    """150 steps in tmp_path / "run"."""
    config = RunConfig(seed=1, summary_interval=50, eval_interval=40)
    model = DNNClassifier([8], learning_rate=0.02, model_dir=tmp_path / "run", config=config)
    return model.fit(*blobs, steps=150, validation_data=blobs)


def test_everything_is_logged_without_a_line_of_user_code(fitted: DNNClassifier, tmp_path: Path) -> None:
    run = load(tmp_path).runs["run"]

    counts = {tag: len(series.steps) for tag, series in run.scalars.items()}
    performance = {tag.removeprefix("performance/") for tag in counts if tag.startswith("performance/")}
    assert {tag: count for tag, count in counts.items() if "share/" not in tag and "performance/" not in tag} == {
        "loss": 150,
        "learning_rate": 150,
        "grad_norm": 150,
        "update_ratio": 150,
        "eval/loss": 4,
        "eval/accuracy": 4,
        "eval/precision": 4,
        "eval/recall": 4,
        "eval/f1": 4,
    }
    # Once a second, and at the end.
    assert performance == {
        "steps_per_sec", "examples_per_sec", "data_wait_share", "compiles", "compile_secs", "device_memory_gib",
    }  # fmt: skip
    zeros = run.scalars["zero_share/params/dense_0/bias"]  # zeros as it begins, and not afterwards
    assert (zeros.steps.tolist(), zeros.values.tolist()) == ([0, 50, 100, 150], [1, 0, 0, 0])
    assert {tag for tag in counts if "share/" in tag} <= {f"zero_share/{tag}" for tag in run.histograms}
    assert run.scalars["eval/loss"].steps.tolist() == [40, 80, 120, 150]
    tensors = [f"{group}/{path}" for group in ("params", "grads") for path in PATHS]
    assert sorted(run.histograms) == sorted([*tensors, *(f"activations/{name}" for name in ("dense_0", "dense_1"))])
    assert list(run.graphs) != []
    assert run.facts.status.state == "finished"


def test_logged_values_are_those_of_the_model(fitted: DNNClassifier, blobs: Arrays, tmp_path: Path) -> None:
    run = load(tmp_path).runs["run"]

    values = fitted.evaluate(*blobs)
    assert run.scalars["eval/loss"].values[-1] == pytest.approx(values["loss"], rel=1e-6)
    assert run.scalars["eval/accuracy"].values[-1] == values["accuracy"]
    series = run.histograms["params/dense_0/kernel"]
    kernel = np.asarray(fitted.params_["dense_0"]["kernel"])
    last = series[-1]
    assert last.num == kernel.size
    assert last.min == pytest.approx(float(kernel.min()), rel=1e-6)
    assert last.sum == pytest.approx(float(kernel.sum()), rel=1e-4)


def test_histograms_are_written_before_the_first_step_at_the_interval_and_at_the_end(
    fitted: DNNClassifier, tmp_path: Path
) -> None:
    del fitted
    run = load(tmp_path).runs["run"]

    assert run.histograms["grads/dense_1/bias"].places.steps.tolist() == [0, 50, 100, 150]


def test_tensorboard_reads_the_scalars_histograms_and_graph(fitted: DNNClassifier, tmp_path: Path) -> None:
    module = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    del fitted

    accumulator = module.EventAccumulator(str(tmp_path / "run"), size_guidance={"scalars": 0, "histograms": 0}).Reload()

    assert len(accumulator.Scalars("loss")) == 150
    assert len(accumulator.Histograms("params/dense_0/kernel")) == 4
    names = {node.name for node in accumulator.Graph().node}
    assert {"forward/features", "forward/labels", "forward/dense_0/kernel", "forward/dense_1/dot_general"} <= names
    assert {name.split("/")[0] for name in names} == {"forward", "backward", "update"}


def test_graph_has_a_spine_from_the_features_to_the_loss(fitted: DNNClassifier, tmp_path: Path) -> None:
    del fitted
    graph = load(tmp_path).runs["run"].graphs
    nodes = {node.name: node for node in next(iter(graph.values()))[0].node}

    def modules_before(module: str) -> set[str]:
        inside = [node for name, node in nodes.items() if name.startswith(f"forward/{module}/")]
        outside = {edge for node in inside for edge in node.input if not edge.startswith(f"forward/{module}/")}
        return {edge.split("/")[1] for edge in outside}

    assert modules_before("dense_0") == {"features"}
    assert modules_before("dense_1") == {"dense_0"}
    assert modules_before("loss") == {"dense_1", "labels", "sample_weights"}
    assert sum(node.attr["_jax_params"].i for node in nodes.values()) == 2 * 8 + 8 + 8 * 3 + 3


def test_logging_does_not_change_the_trajectory(fitted: DNNClassifier, blobs: Arrays) -> None:
    silent = DNNClassifier([8], learning_rate=0.02, random_state=1).fit(*blobs, steps=150)

    np.testing.assert_array_equal(silent.predict_proba(blobs[0]), fitted.predict_proba(blobs[0]))


def test_fit_without_model_dir_writes_no_file(blobs: Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    DNNClassifier([8]).fit(*blobs, steps=5, validation_data=blobs)

    assert list(tmp_path.iterdir()) == []


def test_model_dir_is_itself_the_run(fitted: DNNClassifier, tmp_path: Path) -> None:
    del fitted

    names = sorted(path.name.split(".")[0] for path in (tmp_path / "run").iterdir())

    assert names == ["checkpoint-150", "events", "run"]


def test_fit_in_the_same_model_dir_goes_on_to_the_total(fitted: DNNClassifier, blobs: Arrays, tmp_path: Path) -> None:
    def fit(steps: int, folder: str) -> DNNClassifier:
        model = DNNClassifier(**{**fitted.get_params(), "model_dir": tmp_path / folder})
        return model.fit(*blobs, steps=steps, validation_data=blobs)

    resumed, whole = fit(210, "run"), fit(210, "whole")

    assert resumed.n_iter_ == 210
    np.testing.assert_array_equal(resumed.predict_proba(blobs[0]), whole.predict_proba(blobs[0]))
    runs = load(tmp_path).runs
    for tag in ("loss", "grad_norm"):
        np.testing.assert_array_equal(runs["run"].scalars[tag].steps, np.arange(1, 211))
        np.testing.assert_array_equal(runs["run"].scalars[tag].values, runs["whole"].scalars[tag].values)


def test_fit_of_a_run_that_has_all_its_steps_trains_no_more(
    fitted: DNNClassifier, blobs: Arrays, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        again = DNNClassifier(**fitted.get_params()).fit(*blobs, steps=150)

    assert "holds a run of 150 steps. Continuing without training." in caplog.text
    np.testing.assert_array_equal(again.predict_proba(blobs[0]), fitted.predict_proba(blobs[0]))


def test_partial_fit_of_a_fresh_process_goes_on_from_the_checkpoint(fitted: DNNClassifier, blobs: Arrays) -> None:
    assert DNNClassifier(**fitted.get_params()).partial_fit(*blobs, steps=5).n_iter_ == 155


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_units": [9]}, r"model\..*units must be what the run in '.*run' was started with, .*; got 9\."),
        ({"learning_rate": 0.03}, r"learning_rate must be what the run in .* was started with, 0\.02; got 0\.03\."),
        ({"random_state": 7}, r"seed must be what the run in .* was started with, 1; got 7\."),
        (
            {"optimizer": "sgd", "learning_rate": None},
            r"^optimizer\.factory must be .* with, 'optax.*adam'; got 'optax",
        ),
        ({"optimizer": "sgd"}, r"optimizer\.factory must be .* with, 'optax.*adam'; got 'optax.*sgd'\."),
    ],
)
def test_model_dir_of_another_configuration_is_refused_and_left_alone(
    fitted: DNNClassifier, blobs: Arrays, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    before = {path.name: path.stat().st_size for path in (tmp_path / "run").iterdir()}

    with pytest.raises(ValueError, match=message):
        DNNClassifier(**{**fitted.get_params(), **changes}).fit(*blobs, steps=200)

    assert {path.name: path.stat().st_size for path in (tmp_path / "run").iterdir()} == before


def test_failed_training_keeps_its_last_steps_and_checkpoint(blobs: Arrays, tmp_path: Path) -> None:
    class Failing(hooks.Hook):
        def next_step(self, step: int) -> int | None:
            return 33 if step < 33 else None

        def run(self, context: hooks.Context) -> None:
            raise KeyboardInterrupt

    model = DNNClassifier([8], random_state=1, model_dir=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        model.fit(*blobs, steps=100, hooks=[Failing()])

    run = load(tmp_path).runs["."]
    assert run.scalars["loss"].steps.tolist() == list(range(1, 34))
    assert run.facts.status.state == "interrupted"
    assert model.n_iter_ == 33
    resumed = DNNClassifier([8], random_state=1, model_dir=tmp_path).fit(*blobs, steps=100)
    whole = DNNClassifier([8], random_state=1).fit(*blobs, steps=100)
    np.testing.assert_array_equal(resumed.predict_proba(blobs[0]), whole.predict_proba(blobs[0]))


def test_ready_optimizer_without_a_rate_is_logged_without_the_tag_and_says_so(
    blobs: Arrays, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        DNNClassifier([8], optimizer=optax.sgd(0.1), model_dir=tmp_path).fit(*blobs, steps=5)

    assert caplog.text.count("Could not log learning_rate") == 1
    assert [tag for tag in sorted(load(tmp_path).runs["."].scalars) if "/" not in tag] == [
        "grad_norm",
        "loss",
        "update_ratio",
    ]


def test_graph_that_cannot_be_converted_is_one_warning(
    blobs: Arrays, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Blind(hooks.GraphHook):
        """Runs on a context whose graph cannot be made."""

        def begin(self, context: Any) -> None:
            super().begin(_NoGraph())

    class _NoGraph:
        writer = object()

        def step_graph(self) -> Any:
            raise KeyError("train_step")

    assert trainer.hooks.summaries.GraphHook is hooks.GraphHook
    with caplog.at_level(logging.WARNING):
        DNNClassifier([8], model_dir=tmp_path).fit(*blobs, steps=5, hooks=[Blind()])

    assert caplog.text.count("Could not convert the graph: KeyError('train_step'). Continuing without a graph.") == 1


def test_failure_of_the_device_while_a_graph_is_made_ends_the_training() -> None:
    class Failing:
        writer = object()

        def step_graph(self) -> Any:
            raise RuntimeError("RESOURCE_EXHAUSTED")

    with pytest.raises(RuntimeError, match="RESOURCE_EXHAUSTED"):
        hooks.GraphHook().begin(Failing())


def test_source_of_a_node_is_the_line_of_the_model_fn(line: Arrays, tmp_path: Path) -> None:
    def model_fn(features: Any, labels: Any, mode: Mode) -> EstimatorSpec:
        with layers.scope("tower"):
            outputs = layers.dense(features, units=1)[:, 0]
        return EstimatorSpec(mode, loss=jnp.mean((outputs - labels) ** 2))

    Estimator(model_fn, model_dir=tmp_path).fit(*line, steps=2)

    run = load(tmp_path).runs["."]
    nodes = {node.name: node for node in next(iter(run.graphs.values()))[0].node}
    source = nodes["forward/tower/dense_0/dot_general"].attr["_jax_source"].s.decode()
    assert source.endswith(f"test_summaries.py:{model_fn.__code__.co_firstlineno + 2}")
    assert "params/tower/dense_0/kernel" in run.histograms


def test_writer_takes_an_estimator_as_a_graph(blobs: Arrays, tmp_path: Path) -> None:
    model = DNNClassifier([8]).fit(*blobs, steps=2)

    with SummaryWriter(tmp_path) as writer:
        writer.add_graph(model)

    graph = next(iter(load(tmp_path).runs["."].graphs.values()))[0]
    assert "forward/dense_1/dot_general" in {node.name for node in graph.node}


def test_hooks_of_the_user_stand_for_those_of_the_config(
    blobs: Arrays, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "trainer")
    given = [hooks.SummaryHook(4), hooks.GraphHook(), hooks.LoggingHook(log_secs=60, bar=False)]
    config = RunConfig(summary_interval=2, progress=False)
    DNNClassifier([4], model_dir=tmp_path, config=config).fit(*blobs, steps=8, hooks=given)

    run = load(tmp_path).runs["."]
    assert run.histograms["params/dense_0/kernel"].places.steps.tolist() == [0, 4, 8]
    assert len(run.graphs) == 1
    assert len([record for record in caplog.records if record.message.startswith("step 8 of 8")]) == 1
    BoostedTreesClassifier().fit(*blobs, steps=3, hooks=[hooks.LoggingHook(log_secs=60, bar=False)])
    assert len([record for record in caplog.records if record.message.startswith("step 3 of 3")]) == 1
