"""The graph of one training step of a transformer, traced and never run: what the Graph page is measured on.

``python -m tests.benchmarks.transformers LOGDIR [BLOCKS]`` logs it as the run ``gpt``.
"""

from __future__ import annotations

import sys
from typing import Any

import jax
import jax.numpy as jnp
import optax

from summaries import SummaryWriter
from summaries.adapters.jax_graph import graph_from_jaxpr, optimizer_name
from trainer.paths import leaf_paths

VOCABULARY, WIDTH, NUM_HEADS, BATCH, LENGTH = 50_257, 768, 12, 8, 1_024

Params = dict[str, Any]


def write(logdir: str, num_blocks: int) -> int:
    """Logs the graph of a step as a run; returns its number of nodes."""
    graph = make_graph(num_blocks)
    with SummaryWriter(logdir) as writer:
        writer.add_graph(graph)
    return len(graph.node)


def make_graph(num_blocks: int) -> Any:
    """The ``GraphDef`` of a step with forward pass, backward pass and Adam's update."""
    traced, names, params = trace_step(num_blocks)
    return graph_from_jaxpr(traced.jaxpr, input_names=names, params=params)


def trace_step(num_blocks: int) -> tuple[Any, list[str], list[str]]:
    """What JAX traced of the step, the node names of its inputs, and those that are parameters."""
    optimizer = optax.adamw(6e-4)
    params = jax.eval_shape(lambda: _init(num_blocks))
    state = jax.eval_shape(optimizer.init, params)
    ids = jax.ShapeDtypeStruct((BATCH, LENGTH), jnp.int32)

    def step(params: Params, state: Any, tokens: jax.Array, targets: jax.Array) -> tuple[Params, Any, jax.Array]:
        loss, grads = jax.value_and_grad(_loss)(params, tokens, targets)
        with jax.named_scope("update"):
            updates, state = optimizer.update(grads, state, params)
            return optax.apply_updates(params, updates), state, loss

    traced = jax.jit(step).trace(params, state, ids, ids)
    paths = leaf_paths(params)
    names = [f"forward/{path}" for path in paths]
    others = [optimizer_name(path, paths) for path in leaf_paths(state)]
    return traced, [*names, *others, "forward/tokens", "forward/targets"], names


def _init(num_blocks: int) -> Params:
    def dense(before: int, after: int) -> Params:
        return {"kernel": jnp.zeros((before, after)), "bias": jnp.zeros(after)}

    def norm() -> Params:
        return {"scale": jnp.ones(WIDTH), "bias": jnp.zeros(WIDTH)}

    def block() -> Params:
        return {
            "ln_1": norm(),
            "attn": {"qkv": dense(WIDTH, 3 * WIDTH), "proj": dense(WIDTH, WIDTH)},
            "ln_2": norm(),
            "mlp": {"fc": dense(WIDTH, 4 * WIDTH), "proj": dense(4 * WIDTH, WIDTH)},
        }

    return {
        "wte": {"embedding": jnp.zeros((VOCABULARY, WIDTH))},
        "wpe": {"embedding": jnp.zeros((LENGTH, WIDTH))},
        "h": {str(index): block() for index in range(num_blocks)},
        "ln_f": norm(),
        "lm_head": dense(WIDTH, VOCABULARY),
    }


def _loss(params: Params, tokens: jax.Array, targets: jax.Array) -> jax.Array:
    logits = _apply(params, tokens)
    with jax.named_scope("loss"):
        log_probs = jax.nn.log_softmax(logits)
        return -jnp.mean(jnp.take_along_axis(log_probs, targets[..., None], axis=-1))


def _apply(params: Params, tokens: jax.Array) -> jax.Array:
    with jax.named_scope("wte"):
        x = jnp.take(params["wte"]["embedding"], tokens, axis=0)
    with jax.named_scope("wpe"):
        positions = jnp.take(params["wpe"]["embedding"], jnp.arange(LENGTH), axis=0)
    x = x + positions
    for index in range(len(params["h"])):
        with jax.named_scope(f"h/{index}"):
            x = _block(params["h"][str(index)], x)
    with jax.named_scope("ln_f"):
        x = _norm(params["ln_f"], x)
    with jax.named_scope("lm_head"):
        return _dense(params["lm_head"], x)


def _block(params: Params, x: jax.Array) -> jax.Array:
    with jax.named_scope("ln_1"):
        normed = _norm(params["ln_1"], x)
    with jax.named_scope("attn"):
        attended = _attend(params["attn"], normed)
    x = x + attended
    with jax.named_scope("ln_2"):
        normed = _norm(params["ln_2"], x)
    with jax.named_scope("mlp"):
        with jax.named_scope("fc"):
            hidden = _dense(params["mlp"]["fc"], normed)
        hidden = jax.nn.gelu(hidden)
        with jax.named_scope("proj"):
            hidden = _dense(params["mlp"]["proj"], hidden)
    return x + hidden


def _attend(params: Params, x: jax.Array) -> jax.Array:
    with jax.named_scope("qkv"):
        qkv = _dense(params["qkv"], x)
    query, key, value = (_split_heads(part) for part in jnp.split(qkv, 3, axis=-1))
    scores = jnp.einsum("bthd,bshd->bhts", query, key) / 8
    mask = jnp.tril(jnp.ones((LENGTH, LENGTH), bool))
    with jax.named_scope("softmax"):
        weights = jax.nn.softmax(jnp.where(mask, scores, -1e9))
    mixed = jnp.einsum("bhts,bshd->bthd", weights, value).reshape(x.shape)
    with jax.named_scope("proj"):
        return _dense(params["proj"], mixed)


def _split_heads(x: jax.Array) -> jax.Array:
    return x.reshape(*x.shape[:-1], NUM_HEADS, -1)


def _dense(params: Params, x: jax.Array) -> jax.Array:
    return x @ params["kernel"] + params["bias"]


def _norm(params: Params, x: jax.Array) -> jax.Array:
    centred = x - jnp.mean(x, axis=-1, keepdims=True)
    variance = jnp.mean(jnp.square(centred), axis=-1, keepdims=True)
    return centred * jax.lax.rsqrt(variance + 1e-5) * params["scale"] + params["bias"]


if __name__ == "__main__":
    nodes = write(f"{sys.argv[1]}/gpt", int(sys.argv[2]) if len(sys.argv) > 2 else 12)
    sys.stdout.write(f"{nodes:,} nodes\n")
