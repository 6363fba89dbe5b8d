"""What an operation is: its family (which gives the colour), and its part in the drawing.

One table for the names of JAX, TensorFlow, torch and Keras. An op that nobody knows is drawn like any other.
"""

from __future__ import annotations

import re
from functools import lru_cache

FAMILY_NAMES = {
    "linear": "Linear",
    "attn": "Attention, blocks",
    "norm": "Normalisation",
    "act": "Activation, MLP",
    "embed": "Embedding",
    "math": "Element-wise",
    "loss": "Loss",
    "io": "Input, output",
    "other": "Other",
}

INPUT_OPS = frozenset({"placeholder", "placeholderwithdefault", "input", "inputlayer", "ionode", "invar", "arg"})
OUTPUT_OPS = frozenset({"output", "retval", "return", "primreturn"})
PARAMETER_OPS = frozenset({"parameter", "param", "variable", "variablev2", "varhandleop", "primparam", "primgetattr"})
CONSTANT_OPS = frozenset({"const", "constant", "iota", "primconstant", "literal", "constvar", "zeros", "ones", "fill"})
LIST_OPS = frozenset({"primlistconstruct", "primtupleconstruct"})
RANDOM_OPS = frozenset(
    {"randombits", "threefry2x32", "randomseed", "randomwrap", "randomunwrap", "randomsplit", "randomfoldin"}
    | {"randomuniform", "randomnormal", "randomstandardnormal", "truncatednormal", "rngbitgenerator"}
)

# What gives a value to the next turn of a loop.
LOOP_OPS = frozenset({"nextiteration", "refnextiteration"})

# Shape-only operations: a chain of them is drawn as part of the edge.
PLUMBING_OPS = frozenset(
    {"reshape", "transpose", "cast", "convertelementtype", "broadcast", "broadcastindim", "broadcastto", "squeeze"}
    | {"expanddims", "identity", "copy", "copyp", "stopgradient", "flatten", "readvariableop", "view", "permute", "t"}
    | {"contiguous", "unsqueeze", "aslist", "reduceprecision", "to", "detach", "noop"}
)

JOIN_SYMBOLS = {
    "add": "+",
    "addv2": "+",
    "addany": "+",
    "addn": "+",
    "biasadd": "+",
    "sub": "−",
    "mul": "×",
    "multiply": "×",
    "div": "÷",
    "realdiv": "÷",
    "truediv": "÷",
    "concatenate": "‖",
    "concat": "‖",
    "concatv2": "‖",
    "cat": "‖",
}

_FAMILY_PATTERNS = (
    ("loss", r"loss|entropy|logsoftmax|nll|mse\b"),
    ("attn", r"attention|attn|multihead|transformer|\bblock\d*\b|encoder|decoder|^softmax"),
    ("embed", r"embed|gather|lookup|^wte$|^wpe$"),
    ("norm", r"norm|^ln\d*|^bn\d*|rsqrt"),
    ("linear", r"dense|linear|matmul|dotgeneral|^dot|conv(?!ert)|einsum|^addmm$|^mm$|^bmm$|logits|^head$|proj|^fc\d*$"),
    ("act", r"relu|gelu|elu$|silu|swish|tanh|sigmoid|logistic|softplus|mlp|feedforward|ffn|activation|^erf"),
)
MAX_NAME = 300
"""Characters of a name that count; what is remembered of names stays small."""

_FAMILY_REGEXES = tuple((family, re.compile(pattern)) for family, pattern in _FAMILY_PATTERNS)


def plain_op(op: str) -> str:
    """The bare name by which the tables know an op: ``aten::relu_`` → ``relu``, ``dot_general`` → ``dotgeneral``."""
    return _plain_op(op[:MAX_NAME])


@lru_cache(maxsize=8192)
def _plain_op(op: str) -> str:
    name = op.lower()
    if name.startswith("prim::"):
        name = "prim" + name[6:]
    return re.sub(r"[^a-z0-9]", "", name.rpartition("::")[2])


def find_family(*names: str) -> str:
    """The family of the first name that the table knows, else ``math``.

    >>> find_family("dot_general"), find_family("Scope", "h/attn"), find_family("sin")
    ('linear', 'attn', 'math')
    """
    return _find_family(*(name[-MAX_NAME:] for name in names))


@lru_cache(maxsize=8192)
def _find_family(*names: str) -> str:
    for name in names:
        plain = plain_op(name.rpartition("/")[2])
        for family, regex in _FAMILY_REGEXES:
            if regex.search(plain):
                return family
    return "math"
