"""Training beside the peers, warm; ours logs loss, rate, gradient norm and update ratio of every step to a file."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tests.benchmarks import training_peers, training_problems
from tests.benchmarks.row import Row
from tests.benchmarks.training_environments import KERAS, TF1, fits_elsewhere
from tests.benchmarks.training_peers import Fit
from tests.benchmarks.training_problems import CONV_FILTERS, DENSE_AFTER_CONV, Problem
from trainer import DNNClassifier, Estimator, RunConfig, heads, layers
from trainer.checkpoints import Checkpoints
from trainer.hooks import CheckpointHook
from trainer.protocols import TrainState

ROUNDS = 10
MAX_SECS = 10.0
# How many times faster than each peer; the scan is the limit.
GOALS: dict[str, dict[str, float]] = {
    "iris 10-20-10": {
        "JAX, one scan": 0.8, "JAX, jit a step": 3, "Keras on JAX": 10, "Keras with TensorBoard": 25,
        "torch": 25, "torch with SummaryWriter": 25, "Flax NNX": 25, "scikit-learn": 10, "tf.estimator": 25,
    },
    "MLP 512-512": {"JAX, one scan": 0.95},
    "CNN 32-64-128": {"JAX, jit a step": 2, "tf.estimator": 1 / 1.3},
}  # fmt: skip
# What logging may cost, as shares of the time without: three metrics, the whole default set but histograms, histograms.
COSTS = {"iris 10-20-10": (0.06, 0.10, 0.40), "MLP 512-512": (0.01, 0.01, 0.03), "CNN 32-64-128": (0.01, 0.01, 0.03)}
SILENT = RunConfig(summary_interval=None, is_graph_written=False)
PLAIN = RunConfig(summary_interval=None)


def measure() -> Iterator[Row]:
    """Yields the rows of the trainer."""
    for problem in (training_problems.iris(), training_problems.mlp(), training_problems.cnn()):
        yield from _beside_peers(problem)
    yield from _checkpoint()
    yield from _cold_start()


def _beside_peers(problem: Problem) -> Iterator[Row]:
    with fits_elsewhere(problem, TF1) as original, fits_elsewhere(problem, KERAS) as keras:
        peers = {**dict(training_peers.available(problem)), **original, **keras}
        ours = {
            "off": lambda: _fit(problem, SILENT, is_logged=False),  # but with the checkpoint of the last step
            "metrics": lambda: _fit(problem, SILENT),
            "default": lambda: _fit(problem, PLAIN),
            "histograms": lambda: _fit(problem, RunConfig()),
        }
        least = least_of_each({**ours, **peers}, ROUNDS)
    what = f"fit {problem.name}, {problem.steps:,} steps, numbers of every step logged"
    for name in peers:
        goal = GOALS[problem.name].get(name, 1.0)
        yield Row(what, "s", least["metrics"], name, least[name], goal)
    logged = ("numbers of every step", "those, graph and status", "and histograms every 100 steps")
    for kind, words, cost in zip(list(ours)[1:], logged, COSTS[problem.name], strict=True):
        yield Row(f"fit {problem.name}: {words}", "s", least[kind], "only the checkpoint", least["off"], 1 / (1 + cost))


def least_of_each(calls: Mapping[str, Fit], rounds: int) -> dict[str, float]:
    """The least seconds of each call, warm, taken in turns so that all meet the same neighbours.

    A call is left out of further rounds once it has taken `MAX_SECS` in all.
    """
    for call in calls.values():
        call()
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            if sum(taken[name]) < MAX_SECS:
                started = time.perf_counter()
                told = call()
                taken[name].append(told if isinstance(told, float) else time.perf_counter() - started)
    return {name: min(secs) for name, secs in taken.items()}


def _fit(problem: Problem, config: RunConfig, *, is_logged: bool = True) -> float:
    """Seconds of a fit with a checkpoint of its last step; removing the folder afterwards is not part of it."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        model_dir = f"{folder}/run" if is_logged else None
        if problem.hidden:
            model: Any = DNNClassifier(
                problem.hidden, model_dir=model_dir, batch_size=problem.batch_size, random_state=0, config=config
            )
        else:
            head = heads.MultiClassHead(problem.num_classes)
            model = Estimator(_cnn(problem), head=head, model_dir=model_dir, config=_with_size(config, problem))
        kept = [] if is_logged else [CheckpointHook(Checkpoints(folder, {}), secs=None)]
        model.fit(problem.features, problem.labels, steps=problem.steps, hooks=kept)
        return time.perf_counter() - started


def _with_size(config: RunConfig, problem: Problem) -> RunConfig:
    return RunConfig(
        batch_size=problem.batch_size,
        summary_interval=config.summary_interval,
        is_graph_written=config.is_graph_written,
    )


def _cnn(problem: Problem) -> layers.Sequential:
    convs: list[Any] = []
    for filters in CONV_FILTERS:
        convs += [layers.Conv2D(filters, 3, padding="same", activation="relu"), layers.MaxPooling2D()]
    dense = [layers.Flatten(), layers.Dense(DENSE_AFTER_CONV, "relu"), layers.Dense(problem.num_classes)]
    return layers.Sequential([*convs, *dense])


def _checkpoint() -> Iterator[Row]:
    """How long a training stands still for a checkpoint of 120 MB: ten million params and Adam's moments."""
    kernel = jnp.ones((10, 1_000_000), jnp.float32)
    state = TrainState({"kernel": kernel}, {}, {"mu": kernel + 1, "nu": kernel + 2}, jnp.int32(1))
    jax.block_until_ready(state)
    with tempfile.TemporaryDirectory() as folder:
        checkpoints = Checkpoints(folder, {})
        blocked, theirs = [], []
        for step in range(1, 6):
            blocked.append(_secs_of(lambda step=step: checkpoints.save(step, state)))
            checkpoints.wait()
            arrays = {name: np.asarray(leaf) for name, leaf in zip("abcd", jax.tree.leaves(state), strict=True)}
            theirs.append(_secs_of(lambda arrays=arrays: np.savez(Path(folder) / "peer.npz", **arrays)))
    what = "checkpoint of 120 MB, the training blocked"
    yield Row(what, "ms", min(blocked) * 1e3, "limit", 10.0, 1.0)
    yield Row(what, "ms", min(blocked) * 1e3, "np.savez", min(theirs) * 1e3, 10.0)


def _cold_start() -> Iterator[Row]:
    """A whole process: from its start to the end of the training, with imports and compilation."""
    example = str(Path(__file__).parents[2] / "examples" / "iris_dnn.py")
    bare = "from tests.benchmarks import training_peers as p, training_problems as t; p.scan(t.iris())()"
    with tempfile.TemporaryDirectory() as folder:
        numbers = iter(range(100))
        calls: dict[str, Fit] = {
            "ours": lambda: _run(sys.executable, example, "--logdir", f"{folder}/{next(numbers)}"),
            "bare": lambda: _run(sys.executable, "-c", bare),
        }
        least = least_of_each(calls, 5)
    yield Row("examples/iris_dnn.py, cold", "s", least["ours"], "JAX, one scan", least["bare"], 1 / 1.3)


def _run(*command: str) -> None:
    # Whoever starts a script the second time has the bytecode of what it imports; compiling ours takes 0.2 s.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[2], env=environ)


def _secs_of(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
