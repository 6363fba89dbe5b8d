r"""How a query over runs is read.

A query is one or more terms. Terms are joined by `and`, `or` and `not`, of which `not` binds most and `or` least, and
by parentheses; terms that stand side by side are joined by `and`. A term is one of

- a word: `adam`, `"first try"`: runs whose name contains it, in any case. A word with one of ``^ $ * + ? | [ ] { } \``
  is a regular expression, as is all between slashes: `/ab.*c/`. A dot by itself is a dot;
- a comparison: `lr < 1e-3`, `status = failed`, `optimizer != "adam w"`, with `<`, `<=`, `>`, `>=`, `=`, `==`, `!=`;
- a search in a fact: `notes ~ /diverged?/`, `host !~ gpu`;
- a choice: `seed in (1, 2, 3)`, `seed not in [1, 2]`;
- what a list or a text contains: `"baseline" in tags`, `adam in optimizer.name`;
- whether there is such a fact: `lr is missing`, `lr is not missing`, `exists(lr)`; `val/loss is nan`.

So the rule is: a term with an operator asks for a fact, every other one is searched in the name. Names of facts may
hold slashes, dots and dashes; odd ones stand between backticks: `` `my fact` ``. In quotes and backticks a backslash
takes the next character as it is. Keywords are read in any case. A fact that a run does not have never compares, not
even as `!=`; `not` is about the runs, so `not lr = 1` finds those without `lr` too.

Values: `0.1`, `1e-3`, `10k`, `2M`, `50%`; spans of time `90s`, `15m`, `3h`, `2d`, `1w`, `1h30m`; days `2026-11-20` or
moments `2026-11-20T14:02`; `true`, `false`, `none`; text, in quotes where it holds blanks, parentheses or operators.

Synopsis:
    >>> parse("adam /seed_[12]/")
    And(parts=(Word(text='adam'), Pattern(text='seed_[12]')))
    >>> parse("lr <")
    Traceback (most recent call last):
    dashboard.queries.runs.syntax.QueryError: A value is missing after `<`, as 0.001, 2d or "text".
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from dashboard.queries.runs.syntax import (
    MAX_DEPTH,
    And,
    Comparison,
    Containment,
    Match,
    Membership,
    Name,
    Not,
    Or,
    Pattern,
    Presence,
    Query,
    QueryError,
    Span,
    Value,
    Word,
    count_depth,
    unescape_pattern,
    unquote,
)

MAX_CHARACTERS = 4_096

_GRAMMAR = r"""
start: disjunction?
?disjunction: conjunction (_OR conjunction)*
?conjunction: unary (_AND? unary)*
?unary: _NOT unary                                        -> negation
    | _LPAR disjunction _RPAR
    | WORD                                                -> word
    | STRING                                              -> string
    | REGEX                                               -> pattern
    | (WORD | QUOTED_NAME) OPERATOR (VALUE | STRING)      -> comparison
    | (WORD | QUOTED_NAME) MATCHES (REGEX | VALUE | STRING) -> match
    | (WORD | QUOTED_NAME) (IN | NOT_IN) _LPAR _values _RPAR -> membership
    | (WORD | QUOTED_NAME) (IN | NOT_IN) _LSQB _values _RSQB -> membership
    | (WORD | STRING) (IN | NOT_IN) (WORD | QUOTED_NAME)  -> containment
    | (WORD | QUOTED_NAME) (IS | IS_NOT) STATE            -> presence
    | _EXISTS _LPAR (WORD | QUOTED_NAME) _RPAR            -> existence
_values: (VALUE | STRING) (_COMMA (VALUE | STRING))* _COMMA?

_AND.5: /(?i:and)(?![^\s()<>=!~"'`])/
_OR.5: /(?i:or)(?![^\s()<>=!~"'`])/
_NOT.5: /(?i:not)(?![^\s()<>=!~"'`])/
IN.5: /(?i:in)(?![^\s()<>=!~"'`\[])/
NOT_IN.6: /(?i:not\s+in)(?![^\s()<>=!~"'`\[])/
IS.5: /(?i:is)(?![^\s()<>=!~"'`])/
IS_NOT.6: /(?i:is\s+not)(?![^\s()<>=!~"'`])/
STATE.5: /(?i:missing|nan)(?![^\s()<>=!~"'`])/
_EXISTS.5: /(?i:exists)(?=\s*\()/
MATCHES.4: /=~|!~|~/
OPERATOR.3: /<=|>=|==|!=|<|>|=/
REGEX.3: /\/(?:[^\/\\]|\\[\s\S])+\//
STRING.3: /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/
QUOTED_NAME.3: /`(?:[^`\\]|\\[\s\S])+`/
_LPAR.3: "("
_RPAR.3: ")"
_LSQB.3: "["
_RSQB.3: "]"
_COMMA.3: ","
WORD.1: /[^\s()<>=!~"'`\/][^\s()<>=!~"'`]*/
VALUE.1: /[^\s()<>=!~"'`\[\],]+/
%ignore /\s+/
"""
_REGEX_SIGNS = frozenset("^$*+?|[]{}\\")
_JOINTS = {"&": "and", "&&": "and", "|": "or", "||": "or"}


def parse(text: str) -> Query | None:
    """Reads a query; None if there is nothing but blanks, which finds every run.

    Raises:
        QueryError: If it cannot be read.
    """
    if len(text) > MAX_CHARACTERS:
        span = Span(MAX_CHARACTERS, len(text) - MAX_CHARACTERS)
        raise QueryError(f"A query has at most {MAX_CHARACTERS:,} characters; this one has {len(text):,}.", span)
    from lark.exceptions import UnexpectedInput, VisitError

    try:
        query: Query | None = make_parser().parse(text)
    except UnexpectedInput as error:
        raise _explain(text, error) from error
    except VisitError as error:  # how lark hands on what its callbacks raise
        if isinstance(error.orig_exc, QueryError):
            raise error.orig_exc from error
        raise
    if query is not None and count_depth(query) > MAX_DEPTH:
        raise QueryError(f"A query is at most {MAX_DEPTH} parts deep. Use fewer parentheses.", Span(0, len(text)))
    return query


@cache
def make_parser() -> Any:
    """The parser, which takes some 40 ms to make the first time."""
    import lark  # here: a board that nobody queries starts without it, and without the tables made of the grammar

    return lark.Lark(_GRAMMAR, parser="lalr", lexer="contextual", transformer=_make_builder(lark))


def _make_builder(lark: Any) -> Any:
    """What makes a query of what the parser found; it is called from the inside out, so no depth is too deep."""

    @lark.v_args(inline=True)
    class Builder(lark.Transformer):  # type: ignore[misc]
        start = staticmethod(lambda query=None: query)
        negation = staticmethod(Not)
        disjunction = staticmethod(lambda *parts: Or(parts))
        conjunction = staticmethod(lambda *parts: And(parts))
        word = staticmethod(_make_word)
        string = staticmethod(lambda token: Word(unquote(token)))
        pattern = staticmethod(lambda token: _make_pattern(token))
        comparison = staticmethod(
            lambda name, sign, value: Comparison(_make_name(name), _OPERATORS.get(sign, str(sign)), _make_value(value))  # type: ignore[arg-type]
        )
        match = staticmethod(lambda name, sign, token: Match(_make_name(name), _make_pattern(token), sign == "!~"))
        membership = staticmethod(
            lambda name, sign, *values: Membership(
                _make_name(name), tuple(map(_make_value, values)), sign.type == "NOT_IN"
            )
        )
        containment = staticmethod(
            lambda value, sign, name: Containment(_make_value(value), _make_name(name), sign.type == "NOT_IN")
        )
        presence = staticmethod(
            lambda name, sign, state: Presence(_make_name(name), state.lower(), sign.type == "IS_NOT")
        )
        existence = staticmethod(lambda name: Presence(_make_name(name), "missing", True))

    return Builder()


_OPERATORS = {"==": "="}


def _span_of(token: Any) -> Span:
    return Span(token.start_pos, token.end_pos - token.start_pos)


def _make_name(token: Any) -> Name:
    return Name(unquote(token) if token.type == "QUOTED_NAME" else str(token), _span_of(token))


def _make_value(token: Any) -> Value:
    is_quoted = token.type == "STRING"
    return Value(unquote(token) if is_quoted else str(token), is_quoted, _span_of(token))


def _make_word(token: Any) -> Word | Pattern:
    text = str(token)
    if text in _JOINTS:
        joint = _JOINTS[text]
        raise QueryError(f"`{text}` joins nothing here. Write `{joint}`.", _span_of(token), joint)
    return _make_pattern(token) if _REGEX_SIGNS & set(text) else Word(text)


def _make_pattern(token: Any) -> Pattern:
    inner = unquote(token) if token.type == "STRING" else token[1:-1] if token.type == "REGEX" else str(token)
    text = unescape_pattern(inner)
    if not text:
        raise QueryError("A regular expression must not be empty.", _span_of(token))
    if re.search(r"(?<!\\)(?:\\\\)*\\$", text):
        raise QueryError("A regular expression must not end with a lone backslash.", _span_of(token))
    return Pattern(text, _span_of(token))


def _explain(text: str, error: Any) -> QueryError:
    """Says what is wrong where the parser could not go on."""
    token = getattr(error, "token", None)
    is_end = token is not None and token.type == "$END"
    start = len(text) if is_end else error.pos_in_stream if token is None else token.start_pos
    expected = set(getattr(error, "accepts", None) or getattr(error, "allowed", None) or error.expected or ())
    if is_end:
        return QueryError(_name_missing(text, expected), Span(len(text.rstrip()), 0))
    rest = text[start:]
    sign = re.match(r"[<>=!~]+|\w+|.", rest, re.DOTALL)
    found = sign[0] if sign else rest[:1]
    return QueryError(_name_misplaced(found, expected), Span(start, len(found)))


def _name_missing(text: str, expected: set[str]) -> str:
    before = re.search(r"([<>=!~]+|\S{1,40})\s*$", text)
    after = f" after `{before[1]}`" if before else ""
    if "VALUE" in expected:
        return f'A value is missing{after}, as 0.001, 2d or "text".'
    if "STATE" in expected:
        return f"`missing` or `nan` is missing{after}."
    if "_RPAR" in expected or "_RSQB" in expected:
        return f"A closing `{')' if '_RPAR' in expected else ']'}` is missing{after}."
    return f"A name or a word is missing{after}."


def _name_misplaced(found: str, expected: set[str]) -> str:
    if found in ("'", '"', "`"):
        return f"The quote {found} that begins here is not closed."
    if found == "/":
        return "The regular expression that begins here is not closed by a second `/`."
    if found == ")":
        return "There is no opening parenthesis for this one, or nothing between the two."
    if "VALUE" in expected:
        return f'A value is expected in place of `{found}`, as 0.001, 2d or "text"; text with signs stands in quotes.'
    if "STATE" in expected:
        return f"After `is` comes `missing`, `not missing` or `nan`; got `{found}`. Compare values by `=`."
    if re.fullmatch(r"[<>=!~]+", found):
        return f"`{found}` needs the name of a fact before it and a value after it."
    return f"`{found}` does not fit here. Text with signs in it stands in quotes."
