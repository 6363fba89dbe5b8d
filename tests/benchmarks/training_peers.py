"""How others train the problems of the benchmark; each is a function that makes a fit, and the second fit is warm."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")  # Keras reads it at import, and asks for TensorFlow otherwise

import jax
import jax.numpy as jnp
import numpy as np
import optax

from tests.benchmarks.training_problems import CONV_FILTERS, DENSE_AFTER_CONV, Problem

Fit = Callable[[], object]


def scan(problem: Problem) -> Fit:
    """Plain JAX: one scan over all steps, of which nothing is kept but the loss. The limit."""
    step, params, features, labels = _jax_step(problem)

    @jax.jit
    def run(carry: Any, order: Any) -> Any:
        return jax.lax.scan(lambda carry, rows: step(carry, features[rows], labels[rows]), carry, order)

    start = params, optax.adam(1e-3).init(params)
    return lambda: jax.block_until_ready(run(start, problem.order))


def jit_per_step(problem: Problem) -> Fit:
    """Plain JAX as most write it: one jit call a step."""
    step, params, features, labels = _jax_step(problem)
    jitted = jax.jit(lambda carry, rows: step(carry, features[rows], labels[rows]))

    def fit() -> None:
        carry = params, optax.adam(1e-3).init(params)
        for rows in problem.order:
            carry, _ = jitted(carry, rows)
        jax.block_until_ready(carry)

    return fit


def _jax_step(problem: Problem) -> tuple[Callable[..., Any], Any, Any, Any]:
    features, labels = jnp.asarray(problem.features), jnp.asarray(problem.labels)
    convs, sizes = _shapes(problem)
    generator = np.random.default_rng(0)
    params = [
        (jnp.asarray(generator.normal(0, 0.05, shape), jnp.float32), jnp.zeros(shape[-1])) for shape in (*convs, *sizes)
    ]

    def logits(params: Any, inputs: Any) -> Any:
        for kernel, bias in params[: len(convs)]:
            outputs = jax.lax.conv_general_dilated(
                inputs, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
            inputs = jax.lax.reduce_window(
                jax.nn.relu(outputs + bias), -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID"
            )
        inputs = inputs.reshape(len(inputs), -1)
        for kernel, bias in params[len(convs) : -1]:
            inputs = jax.nn.relu(inputs @ kernel + bias)
        return inputs @ params[-1][0] + params[-1][1]

    def step(carry: Any, inputs: Any, targets: Any) -> Any:
        def loss_fn(params: Any) -> Any:
            return optax.softmax_cross_entropy_with_integer_labels(logits(params, inputs), targets).mean()

        params, opt_state = carry
        loss, grads = jax.value_and_grad(loss_fn)(params)
        updates, opt_state = optax.adam(1e-3).update(grads, opt_state)
        return (optax.apply_updates(params, updates), opt_state), loss

    return step, params, features, labels


def _shapes(problem: Problem) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Shapes of the kernels of convolutions, and of dense layers."""
    if problem.hidden:
        units = [problem.features.shape[1], *problem.hidden, problem.num_classes]
        return [], list(zip(units, units[1:], strict=False))
    first, second = CONV_FILTERS
    units = [7 * 7 * second, DENSE_AFTER_CONV, problem.num_classes]
    return [(3, 3, 1, first), (3, 3, first, second)], list(zip(units, units[1:], strict=False))


def keras(problem: Problem) -> Fit:
    """Keras 3 on JAX in its best case: one epoch of all steps."""
    import keras

    layers = [keras.layers.Dense(units, activation="relu") for units in problem.hidden]
    if not problem.hidden:
        for filters in CONV_FILTERS:
            layers += [keras.layers.Conv2D(filters, 3, padding="same", activation="relu"), keras.layers.MaxPooling2D()]
        layers += [keras.layers.Flatten(), keras.layers.Dense(DENSE_AFTER_CONV, activation="relu")]
    shape = problem.features.shape[1:]
    model = keras.Sequential([keras.layers.Input(shape), *layers, keras.layers.Dense(problem.num_classes)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    rows = problem.order.reshape(-1)
    inputs, targets = problem.features[rows], problem.labels[rows]

    return lambda: model.fit(inputs, targets, batch_size=problem.batch_size, epochs=1, verbose=0)


def flax_nnx(problem: Problem) -> Fit:
    """Flax NNX as its guide writes it, for fully connected networks."""
    from flax import nnx

    sizes = _shapes(problem)[1]
    model = nnx.List([nnx.Linear(*size, rngs=nnx.Rngs(0)) for size in sizes])
    optimizer = nnx.Optimizer(model, optax.adam(1e-3), wrt=nnx.Param)
    features, labels = jnp.asarray(problem.features), jnp.asarray(problem.labels)

    @nnx.jit
    def step(model: Any, optimizer: Any, rows: Any) -> Any:
        def loss_fn(model: Any) -> Any:
            inputs = features[rows]
            for layer in list(model)[:-1]:
                inputs = nnx.relu(layer(inputs))
            return optax.softmax_cross_entropy_with_integer_labels(model[-1](inputs), labels[rows]).mean()

        loss, grads = nnx.value_and_grad(loss_fn)(model)
        optimizer.update(model, grads)
        return loss

    def fit() -> None:
        loss = None
        for rows in problem.order:
            loss = step(model, optimizer, rows)
        jax.block_until_ready(loss)

    return fit


def torch(problem: Problem, *, writer: bool = False) -> Fit:
    """PyTorch's usual loop; with its SummaryWriter, the loss of every step."""
    import torch
    from torch.utils.tensorboard import SummaryWriter

    # Its threads wait for one another: beside another program, two of them take a small step 30 times as long as one.
    torch.set_num_threads(1 if problem.features[0].size < 100 else len(os.sched_getaffinity(0)))
    features = torch.from_numpy(problem.features)
    features = features if problem.hidden else features.permute(0, 3, 1, 2).contiguous()
    labels = torch.from_numpy(problem.labels).long()
    order = torch.from_numpy(problem.order).long()

    def fit() -> float:
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            model = _torch_model(problem)
            optimizer = torch.optim.Adam(model.parameters())
            log = SummaryWriter(folder) if writer else None
            for number, rows in enumerate(order):
                loss = torch.nn.functional.cross_entropy(model(features[rows]), labels[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                if log is not None:
                    log.add_scalar("loss", loss.item(), number)
            if log is not None:
                log.close()
            return time.perf_counter() - started

    return fit


def _torch_model(problem: Problem) -> Any:
    import torch

    convs, sizes = _shapes(problem)
    parts: list[Any] = []
    for _, _, inputs, outputs in convs:
        parts += [torch.nn.Conv2d(inputs, outputs, 3, padding="same"), torch.nn.ReLU(), torch.nn.MaxPool2d(2)]
    parts += [torch.nn.Flatten()] if convs else []
    for size in sizes[:-1]:
        parts += [torch.nn.Linear(*size), torch.nn.ReLU()]
    return torch.nn.Sequential(*parts, torch.nn.Linear(*sizes[-1]))


def sklearn(problem: Problem) -> Fit:
    """scikit-learn's MLP, for as many epochs as there are steps."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    epochs = max(1, problem.steps // -(-len(problem.labels) // problem.batch_size))

    def fit() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            MLPClassifier(
                problem.hidden,
                batch_size=problem.batch_size,
                max_iter=epochs,
                n_iter_no_change=problem.steps,
                tol=0,
                random_state=0,
            ).fit(problem.features, problem.labels)

    return fit


def available(problem: Problem) -> Iterator[tuple[str, Fit]]:
    """The peers whose libraries are installed; says which are not."""
    makers: dict[str, Callable[[], Fit]] = {
        "JAX, jit a step": lambda: jit_per_step(problem),
        "Keras on JAX": lambda: keras(problem),
        "torch": lambda: torch(problem),
        "torch with SummaryWriter": lambda: torch(problem, writer=True),
    }
    if problem.hidden:  # a convolution in a scan takes a CPU 7 times as long as out of it
        makers |= {"JAX, one scan": lambda: scan(problem)}
        makers |= {"Flax NNX": lambda: flax_nnx(problem), "scikit-learn": lambda: sklearn(problem)}
    for name, make in makers.items():
        try:
            yield name, make()
        except ImportError as error:
            sys.stderr.write(f"Skipped {name} on {problem.name}: {error}.\n")
