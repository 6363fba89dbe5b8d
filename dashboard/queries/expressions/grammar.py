"""How an expression over tags is read.

`+`, `-`, `*`, `/`, `**` and parentheses as in Python; `abs`, `exp`, `log`, `log10`, `sqrt` of one part; `min` and
`max` of two or more; `ema(part, weight)` with a weight from 0 to below 1. Numbers as `2`, `0.5`, `1e-3`.

A tag stands as it is where it holds nothing but letters, digits, `_`, `.`, `:` and slashes between them, and does not
begin with a digit; every other one stands in backticks or quotes: `` `val-loss` ``. A slash right between two letters
belongs to the tag, so a division has a blank before or after its slash: `loss / steps`.

Synopsis:
    >>> parse("train/loss - 2 * val/loss")
    Operation(sign='-', left=Tag(name='train/loss'), right=Operation(sign='*', left=Number(value=2.0), \
right=Tag(name='val/loss')))
    >>> parse("loss +")
    Traceback (most recent call last):
    dashboard.queries.expressions.syntax.ExpressionError: A tag, a number or a function is missing after `+`.
"""

from __future__ import annotations

import difflib
import math
import re
from functools import cache, lru_cache
from typing import Any

from dashboard.queries.expressions.syntax import (
    FUNCTIONS,
    PLAIN_TAG,
    Average,
    Call,
    Expression,
    ExpressionError,
    Negation,
    Number,
    Operation,
    Tag,
    count_depth,
    iter_tags,
)
from dashboard.queries.runs.syntax import Span, unquote

MAX_CHARACTERS = 1_000
MAX_DEPTH = 50

_GRAMMAR = rf"""
start: sum
?sum: product | sum (PLUS | MINUS) product      -> operation
?product: unary | product (STAR | SLASH) unary  -> operation
?unary: power | MINUS unary                     -> negation
    | PLUS unary                                -> positive
?power: atom | atom POWER unary                 -> operation
?atom: NUMBER                                   -> number
    | (NAME | QUOTED)                           -> tag
    | FUNCTION _LPAR _arguments? _RPAR          -> call
    | _LPAR sum _RPAR
_arguments: sum (_COMMA sum)*

POWER.3: "**"
PLUS: "+"
MINUS: "-"
STAR: "*"
SLASH: "/"
_LPAR: "("
_RPAR: ")"
_COMMA: ","
NUMBER.2: /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/
FUNCTION.2: /[^\W\d]\w*(?=\s*\()/
NAME.1: /{PLAIN_TAG.replace("/", chr(92) + "/")}/
QUOTED: /`(?:[^`\\]|\\[\s\S])+`|"(?:[^"\\]|\\[\s\S])+"|'(?:[^'\\]|\\[\s\S])+'/
%ignore /\s+/
"""
_EXAMPLE = "as in `loss / 2`"


@lru_cache(maxsize=512)
def parse(text: str) -> Expression:
    """Reads an expression.

    Raises:
        ExpressionError: If it cannot be read.
    """
    if len(text) > MAX_CHARACTERS:
        span = Span(MAX_CHARACTERS, len(text) - MAX_CHARACTERS)
        message = f"An expression has at most {MAX_CHARACTERS:,} characters; this one has {len(text):,}."
        raise ExpressionError(message, text, span)
    from lark.exceptions import UnexpectedInput

    try:
        expression: Expression = _make_parser().parse(text)
    except UnexpectedInput as error:
        raise _explain(text, error) from error
    except _MisuseError as error:
        raise ExpressionError(error.message, text, *error.place) from error
    if next(iter_tags(expression), None) is None:
        raise ExpressionError(f"An expression must name a tag, {_EXAMPLE}.", text, Span(0, len(text)))
    if count_depth(expression) > MAX_DEPTH:
        message = f"An expression is at most {MAX_DEPTH} parts deep. Use fewer of them."
        raise ExpressionError(message, text, Span(0, len(text)))
    return expression


class _MisuseError(ValueError):
    """What is wrong at a place of the text, and what to write there."""

    def __init__(self, message: str, token: Any, suggestion: str = "") -> None:
        super().__init__(message)
        self.message, self.place = message, (_span_of(token), suggestion)


@cache
def _make_parser() -> Any:
    import lark  # here: a board that draws no expression starts without it, and without the tables made of the grammar

    return lark.Lark(_GRAMMAR, parser="lalr", lexer="contextual", transformer=_make_builder(lark))


def _make_builder(lark: Any) -> Any:
    """What makes an expression of what the parser found; it is called from the inside out, so no depth is too deep."""

    @lark.v_args(inline=True)
    class Builder(lark.Transformer):  # type: ignore[misc]
        start = staticmethod(lambda expression: expression)
        operation = staticmethod(lambda left, sign, right: Operation(str(sign), left, right))  # type: ignore[arg-type]
        negation = staticmethod(lambda _, part: Negation(part))
        positive = staticmethod(lambda _, part: part)
        number = staticmethod(_make_number)
        tag = staticmethod(lambda token: Tag(_name_of(token), _span_of(token)))
        call = staticmethod(_make_call)

    return Builder()


def _span_of(token: Any) -> Span:
    return Span(token.start_pos, token.end_pos - token.start_pos)


def _name_of(token: Any) -> str:
    return unquote(token) if token.type == "QUOTED" else str(token)


def _make_number(token: Any) -> Number:
    value = float(token)
    if not math.isfinite(value):
        raise _MisuseError(f"`{token}` is beyond the largest number.", token)
    return Number(value)


def _make_call(token: Any, *parts: Expression) -> Expression:
    function = str(token)
    if function not in FUNCTIONS:
        close = difflib.get_close_matches(function, FUNCTIONS, 1)
        meant = f"Did you mean `{close[0]}`?" if close else f"There are {', '.join(FUNCTIONS)}."
        raise _MisuseError(f"`{function}` is no function. {meant}", token, *close)
    num_wanted = FUNCTIONS[function]
    if len(parts) != num_wanted and (num_wanted or len(parts) < 2):
        rule = {0: "two parts or more", 1: "one part", 2: "a part and a weight"}[num_wanted]
        raise _MisuseError(f"`{function}` takes {rule}; got {len(parts)}.", token)
    return _make_average(token, *parts) if function == "ema" else Call(function, parts)


def _make_average(token: Any, part: Expression, weight: Expression) -> Average:
    if not isinstance(weight, Number) or weight.value >= 1:
        raise _MisuseError("The weight of `ema` is a number from 0 to below 1, as in `ema(loss, 0.9)`.", token)
    return Average(part, weight.value)


def _explain(text: str, error: Any) -> ExpressionError:
    """Says what is wrong where the parser could not go on."""
    token = getattr(error, "token", None)
    expected = set(getattr(error, "accepts", None) or getattr(error, "allowed", None) or error.expected or ())
    if token is not None and token.type == "$END":
        return ExpressionError(_name_missing(text, expected), text, Span(len(text.rstrip()), 0))
    start = error.pos_in_stream if token is None else token.start_pos
    found = (re.match(r"\w+|\*\*|.", text[start:], re.DOTALL) or [text[start:]])[0]
    message, suggestion = _name_misplaced(found, expected)
    return ExpressionError(message, text, Span(start, len(found)), suggestion)


def _name_missing(text: str, expected: set[str]) -> str:
    before = re.search(r"(\*\*|[-+*/(,]|[^-\s+*/(,]{1,40})\s*$", text)
    after = f" after `{before[1]}`" if before else ""
    if "NAME" in expected:
        return f"A tag, a number or a function is missing{after}."
    return f"A closing `)` is missing{after}."


def _name_misplaced(found: str, expected: set[str]) -> tuple[str, str]:
    """A sentence, and what to write in place of what was found."""
    if found in ("'", '"', "`"):
        return f"The quote {found} that begins here is not closed, or nothing stands in it.", ""
    if found == "^":
        return "A power is written `**`.", "**"
    if found == ")" and "NAME" not in expected:
        return "There is no opening parenthesis for this one.", ""
    if "NAME" in expected:
        return f"A tag, a number or a function is expected in place of `{found}`.", ""
    return f"A sign is missing before `{found}`; tags with blanks or signs in them stand in backticks.", ""
