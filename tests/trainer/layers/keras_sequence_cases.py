"""Layers of sequences beside the same layers in Keras 3: embedding, recurrent, attention."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.trainer.layers.keras_cases import Case, K
from trainer import layers

EMBEDDING = [Case("embedding", layers.Embedding(7, 3), lambda: K.Embedding(7, 3), ((2, 5),), largest=7)]

REAL_STEPS = np.array([[True, True, True, False], [False, True, True, True], [True, False, False, True]])
STATES = [np.linspace(-1, 1, 15, dtype=np.float32).reshape(3, 5), np.linspace(1, 0, 15, dtype=np.float32).reshape(3, 5)]
ALL_STEPS: dict[str, Any] = {"return_sequences": True, "return_state": True}
RECURRENT_SETTINGS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "defaults": ({}, []),
    "sequences": (ALL_STEPS, ["initial_state"]),
    "backwards": ({**ALL_STEPS, "go_backwards": True}, []),
    "backwards_masked": ({"return_state": True, "go_backwards": True}, ["mask"]),
    "masked": (ALL_STEPS, ["initial_state", "mask"]),
    "masked_zeros": ({**ALL_STEPS, "zero_output_for_mask": True}, ["mask"]),
    "masked_zeros_last": ({"zero_output_for_mask": True}, ["mask"]),
    "unrolled_no_bias": ({"unroll": True, "use_bias": False, "activation": "softsign"}, []),
}


def recurrent_case(cell: str, setting: str, num_states: int, **more: Any) -> Case:
    """A recurrent layer with one of `RECURRENT_SETTINGS`."""
    options, names = RECURRENT_SETTINGS[setting]
    named = {name: {"mask": REAL_STEPS, "initial_state": STATES[:num_states]}[name] for name in names}
    ours, theirs = getattr(layers, cell), getattr(K, cell)
    title = "_".join([cell.lower(), setting, *more])
    return Case(title, ours(5, **options, **more), lambda: theirs(5, **options, **more), ((3, 4, 2),), named=named)


HARD = {"recurrent_activation": "hard_sigmoid"}
RECURRENT = [
    *(recurrent_case("LSTM", setting, 2) for setting in RECURRENT_SETTINGS),
    recurrent_case("LSTM", "unrolled_no_bias", 2, **HARD),
    recurrent_case("SimpleRNN", "defaults", 1),
    recurrent_case("SimpleRNN", "masked", 1),
    recurrent_case("SimpleRNN", "unrolled_no_bias", 1),
    recurrent_case("GRU", "defaults", 1),
    recurrent_case("GRU", "masked", 1, **HARD),
    recurrent_case("GRU", "unrolled_no_bias", 1),
    recurrent_case("GRU", "masked", 1, reset_after=False),
    recurrent_case("GRU", "unrolled_no_bias", 1, reset_after=False),
]


def bidirectional_case(name: str, cell: str, merge_mode: str | None, *names: str, **options: Any) -> Case:
    """A recurrent layer in both directions; `names` are the inputs besides the sequences."""
    arrays = {"mask": REAL_STEPS, "initial_state": [*STATES, *STATES[::-1]]}
    ours = layers.Bidirectional(getattr(layers, cell)(5, **options), merge_mode)
    named = {key: arrays[key] for key in names}
    return Case(
        name, ours, lambda: K.Bidirectional(getattr(K, cell)(5, **options), merge_mode), ((3, 4, 2),), named=named
    )


BIDIRECTIONAL = [
    bidirectional_case("both_directions", "SimpleRNN", "concat"),
    bidirectional_case("both_directions_average", "GRU", "ave", "mask", return_sequences=True),
    bidirectional_case("both_directions_product", "SimpleRNN", "mul", go_backwards=False),
    bidirectional_case("both_directions_sum", "LSTM", "sum", "mask", "initial_state", **ALL_STEPS),
    bidirectional_case("both_directions_apart", "LSTM", None, "initial_state", **ALL_STEPS),
]

QUERY, VALUE, KEY = (2, 4, 6), (2, 5, 3), (2, 5, 7)
SQUARE = (2, 3, 4, 6)
ALLOWED = np.random.default_rng(5).uniform(size=(2, 4, 5)) > 0.4
REAL_VALUES = np.array([[True, True, True, True, False], [True, True, True, False, False]])
WITH_SCORES = {"return_attention_scores": True}
CAUSAL = {"use_causal_mask": True}
CONCAT = {"score_mode": "concat"}


def attention_case(
    name: str, layer: str, args: tuple[int, ...], *shapes: tuple[int, ...], call: dict[str, Any], **options: Any
) -> Case:
    """Attention; `call` are hyperparameters here and arguments of the call in Keras, and arrays are inputs."""
    named = {key: options.pop(key) for key in ("attention_mask", "value_mask", "key_mask") if key in options}
    ours, theirs = getattr(layers, layer), getattr(K, layer)
    is_spread = layer in ("MultiHeadAttention", "GroupQueryAttention")
    made = ours(*args, **options, **call)
    return Case(name, made, lambda: theirs(*args, **options), shapes, spread=is_spread, named=named, options=call)


HEADS = ("MultiHeadAttention", (2, 3))
GROUPS = ("GroupQueryAttention", (3, 4, 2))
ATTENTION = [
    attention_case("heads", *HEADS, QUERY, QUERY, call={}),
    attention_case("heads_causal", *HEADS, QUERY, VALUE, KEY, call=CAUSAL),
    attention_case(
        "heads_all", "MultiHeadAttention", (2, 3, 4), QUERY, VALUE, KEY, call=WITH_SCORES,
        use_bias=False, use_gate=True, output_shape=(2, 3), attention_mask=ALLOWED,
    ),
    attention_case("heads_padded", *HEADS, QUERY, VALUE, call=CAUSAL, value_mask=REAL_VALUES, key_mask=REAL_VALUES),
    attention_case("heads_in_window", *HEADS, QUERY, VALUE, call=CAUSAL | WITH_SCORES, sliding_window=2),
    attention_case("heads_over_axes", *HEADS, SQUARE, SQUARE, call=WITH_SCORES),
    attention_case("heads_over_axis", *HEADS, SQUARE, SQUARE, call=WITH_SCORES, attention_axes=(1,)),
    attention_case("groups", *GROUPS, QUERY, VALUE, KEY, call={}),
    attention_case("groups_gate", *GROUPS, QUERY, VALUE, call=WITH_SCORES, attention_mask=ALLOWED, use_gate=True),
    attention_case("attention", "Attention", (), QUERY, (2, 5, 6), call={}),
    attention_case("attention_scaled", "Attention", (), QUERY, VALUE, (2, 5, 6), call=CAUSAL, use_scale=True),
    attention_case("attention_concat", "Attention", (), QUERY, (2, 5, 6), call=WITH_SCORES, **CONCAT),
    attention_case("attention_concat_scaled", "Attention", (), QUERY, QUERY, call={}, **CONCAT, use_scale=True),
    attention_case("additive", "AdditiveAttention", (), QUERY, VALUE, (2, 5, 6), call=CAUSAL),
    attention_case("additive_no_scale", "AdditiveAttention", (), QUERY, QUERY, call=WITH_SCORES, use_scale=False),
]  # fmt: skip

SEQUENCE_CASES: list[Case] = [*EMBEDDING, *RECURRENT, *BIDIRECTIONAL, *ATTENTION]
