"""What can be kept, and its limits: a table of paths and the rule for the value of each.

| path | value |
|---|---|
| `runs / RUN / name`, `notes` | text |
| `runs / RUN / color` | number of a colour of the palette, or `#rrggbb` |
| `runs / RUN / is_pinned`, `is_hidden`, `is_archived` | true, false |
| `runs / RUN / tags / TAG` | true |
| `runs / RUN / annotations / ID` | `{"step": number, "text": text, "tag": name of a time series, if it is of one}` |
| `baseline` | name of a run |
| `views / NAME` | address of the view below that of the board, as `scalars?x=wall` |
| `charts / ID` | `{"title": text, "tags": [names of time series, or expressions over them after =]}` |

No value (None) is always right: it takes away what there was. A tag and an annotation each have a path of their own,
so that two people who add one at once both keep theirs.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.sidecar.edits import MAX_ID_CHARACTERS, Path

MAX_RUN_CHARACTERS = 4096
MAX_NAME_CHARACTERS = 500
MAX_NOTES_CHARACTERS = 100_000
MAX_TAG_CHARACTERS = 100
MAX_ANNOTATION_CHARACTERS = 10_000
MAX_VIEW_NAME_CHARACTERS = 200
MAX_VIEW_CHARACTERS = 32_000
MAX_CHART_TAGS = 20
NUM_COLORS = 12
"""Colours of the palette; a run's colour is the number of one, so that it suits light and dark."""

FLAGS = ("is_pinned", "is_hidden", "is_archived")
_HEX_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_VIEW = re.compile(r"[A-Za-z0-9_-]*([?#].*)?", re.DOTALL)
_MAX_STEP = 2**63
_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = 80


@dataclass(frozen=True)
class Rule:
    """What a value must be.

    Attributes:
        text: Completes the sentence "it must be …".
        is_met: Whether a value is so.
    """

    text: str
    is_met: Callable[[Any], bool]


def make_text_rule(max_characters: int, *, is_empty_right: bool = True) -> Rule:
    """A rule for texts of any characters that can be written down."""
    least = 0 if is_empty_right else 1
    text = f"text of {'at most' if is_empty_right else '1 to'} {max_characters:,} characters"
    return Rule(
        text, lambda value: isinstance(value, str) and least <= len(value) <= max_characters and _is_sound(value)
    )


def _is_sound(text: str) -> bool:
    """Whether it is text that can be encoded; half of a surrogate pair is not."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_color(value: Any) -> bool:
    if isinstance(value, str):
        return _HEX_COLOR.fullmatch(value) is not None
    return _is_whole(value) and 1 <= value <= NUM_COLORS


def _is_annotation(value: Any) -> bool:
    if not isinstance(value, dict) or not {"step", "text"} <= set(value) <= {"step", "text", "tag"}:
        return False
    is_placed = _is_whole(value["step"]) and -_MAX_STEP <= value["step"] < _MAX_STEP
    return is_placed and _ANNOTATION_TEXT.is_met(value["text"]) and _RUN.is_met(value.get("tag", "-"))


def _is_chart(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {"title", "tags"} or not isinstance(value["tags"], list):
        return False
    tags = value["tags"]
    return _VIEW_NAME.is_met(value["title"]) and 1 <= len(tags) <= MAX_CHART_TAGS and all(map(_RUN.is_met, tags))


_RUN = make_text_rule(MAX_RUN_CHARACTERS, is_empty_right=False)
_TAG = make_text_rule(MAX_TAG_CHARACTERS, is_empty_right=False)
_ID = make_text_rule(MAX_ID_CHARACTERS, is_empty_right=False)
_VIEW_NAME = make_text_rule(MAX_VIEW_NAME_CHARACTERS, is_empty_right=False)
_ANNOTATION_TEXT = make_text_rule(MAX_ANNOTATION_CHARACTERS, is_empty_right=False)
_ANNOTATION = Rule(
    f'{{"step": number, "text": text of 1 to {MAX_ANNOTATION_CHARACTERS:,} characters}}, with "tag" if it is of one',
    _is_annotation,
)
_TRUE = Rule("true", lambda value: value is True)
_VIEW_ADDRESS = Rule(
    f"the address of a page, as scalars?x=wall, of at most {MAX_VIEW_CHARACTERS:,} characters",
    lambda value: (
        isinstance(value, str)
        and len(value) <= MAX_VIEW_CHARACTERS
        and _VIEW.fullmatch(value) is not None
        and _is_sound(value)
    ),
)
_CHART = Rule(
    f'{{"title": text of 1 to {MAX_VIEW_NAME_CHARACTERS} characters, "tags": 1 to {MAX_CHART_TAGS} tags}}', _is_chart
)
_RUN_FIELDS = {
    "name": make_text_rule(MAX_NAME_CHARACTERS),
    "notes": make_text_rule(MAX_NOTES_CHARACTERS),
    "color": Rule(f"a number from 1 to {NUM_COLORS}, or a colour as #3463ea", _is_color),
    **dict.fromkeys(FLAGS, Rule("true or false", lambda value: isinstance(value, bool))),
}
_PARTS = {"run": _RUN, "tag": _TAG, "id": _ID, "view": _VIEW_NAME}


def check(path: Path, value: Any) -> None:
    """Holds a path and its value against the table.

    Raises:
        ValueError: If there is no such path, or the value is off; says what it must be.
    """
    rule = find_rule(path)
    if rule is None:
        raise ValueError(f"path must be one of those that are kept; got {_REPR.repr(list(path))}. See docs/sidecar.md.")
    names = _names_of(path)
    for name, part in names.items():
        _check_one(name, _PARTS[name], part)
    if value is not None:
        _check_one(path[2] if len(path) > 2 else path[0], rule, value)


def find_rule(path: Path) -> Rule | None:
    """The rule for values of a path; None if there is no such path."""
    match path:
        case ("runs", _, field):
            return _RUN_FIELDS.get(field)
        case ("runs", _, "tags", _):
            return _TRUE
        case ("runs", _, "annotations", _):
            return _ANNOTATION
        case ("baseline",):
            return _RUN
        case ("views", _):
            return _VIEW_ADDRESS
        case ("charts", _):
            return _CHART
    return None


def _names_of(path: Path) -> dict[str, str]:
    """The parts of a path that people chose."""
    match path:
        case ("runs", run, _):
            return {"run": run}
        case ("runs", run, "tags", tag):
            return {"run": run, "tag": tag}
        case ("runs", run, "annotations", identifier):
            return {"run": run, "id": identifier}
        case ("views", view):
            return {"view": view}
        case ("charts", identifier):
            return {"id": identifier}
    return {}


def _check_one(name: str, rule: Rule, value: Any) -> None:
    if not rule.is_met(value):
        length = f" ({len(value):,} characters)" if isinstance(value, str) else ""
        raise ValueError(f"{name} must be {rule.text}; got {_REPR.repr(value)}{length}. Nothing was kept.")
