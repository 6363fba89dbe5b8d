import re
from typing import Any

import pytest

from dashboard.sidecar.fields import check

RIGHT = [
    (("runs", "a", "name"), "The <b>baseline</b>"),
    (("runs", "a", "name"), "\u202eevil\u202c\n\x00"),
    (("runs", "a", "name"), ""),
    (("runs", "a", "name"), "x" * 500),
    (("runs", "../..", "name"), "../../etc/passwd"),
    (("runs", "a" * 4096, "name"), None),
    (("runs", "a", "notes"), "💥" * 100_000),
    (("runs", "a", "color"), 1),
    (("runs", "a", "color"), 12),
    (("runs", "a", "color"), "#3463Ea"),
    (("runs", "a", "is_pinned"), True),
    (("runs", "a", "is_hidden"), False),
    (("runs", "a", "is_archived"), None),
    (("runs", "a", "tags", "best so far"), True),
    (("runs", "a", "annotations", "5d0a"), {"step": -(2**63), "text": "diverged"}),
    (("runs", "a", "annotations", "5d0a"), {"step": 3, "text": "diverged", "tag": "train/loss"}),
    (("baseline",), "a"),
    (("views", "Losses"), "scalars?x=wall&q=lr%20%3C%201"),
    (("views", "Losses"), ""),
    (("views", "Losses"), "?tag=a#b"),
    (("charts", "5d0a"), {"title": "Losses", "tags": ["train/loss", "=train/loss - val/loss"]}),
]

WRONG = [
    ((), None, "path must be one of those that are kept; got []. See docs/sidecar.md."),
    (("runs",), "a", "path must be"),
    (("runs", "a", "rating"), 5, "path must be"),
    (("runs", "a", "tags"), ["x"], "path must be"),
    (("__class__",), 1, "path must be"),
    (("runs", "", "name"), "b", "run must be text of 1 to 4,096 characters; got '' (0 characters). Nothing was kept."),
    (("runs", "a" * 4097, "name"), "b", "(4,097 characters)"),
    (("runs", "a\ud800", "name"), "b", "run must be text"),
    (("runs", "a", "name"), "x" * 1_000_000, "name must be text of at most 500 characters; got 'xxx"),
    (("runs", "a", "name"), 3, "name must be text of at most 500 characters; got 3. Nothing was kept."),
    (("runs", "a", "name"), "\udfff", "name must be text"),
    (("runs", "a", "notes"), "x" * 100_001, "notes must be text of at most 100,000 characters"),
    (("runs", "a", "color"), 0, "color must be a number from 1 to 12, or a colour as #3463ea; got 0."),
    (("runs", "a", "color"), 13, "color must be"),
    (("runs", "a", "color"), True, "color must be"),
    (("runs", "a", "color"), 1.5, "color must be"),
    (("runs", "a", "color"), "red", "color must be"),
    (("runs", "a", "color"), "#3463ea;background:url(//x)", "color must be"),
    (("runs", "a", "color"), "#3463ea\n", "color must be"),
    (("runs", "a", "is_pinned"), 1, "is_pinned must be true or false; got 1."),
    (("runs", "a", "tags", ""), True, "tag must be text of 1 to 100 characters"),
    (("runs", "a", "tags", "x" * 101), True, "tag must be"),
    (("runs", "a", "tags", "x"), False, "tags must be true; got False."),
    (("runs", "a", "annotations", "x" * 65), {"step": 3, "text": "t"}, "id must be"),
    (("runs", "a", "annotations", "x"), {"step": 2**63, "text": "t"}, "annotations must be"),
    (("runs", "a", "annotations", "x"), {"step": True, "text": "t"}, "annotations must be"),
    (("runs", "a", "annotations", "x"), {"step": 3, "text": ""}, "annotations must be"),
    (("runs", "a", "annotations", "x"), {"step": 3, "text": "x" * 10_001}, "annotations must be"),
    (("runs", "a", "annotations", "x"), {"step": 3}, "annotations must be"),
    (("runs", "a", "annotations", "x"), {"step": 3, "text": "t", "run": "b"}, "annotations must be"),
    (("runs", "a", "annotations", "x"), {"step": 3, "text": "t", "tag": 7}, "annotations must be"),
    (("runs", "a", "annotations", "x"), [3, "t"], "annotations must be"),
    (("baseline",), "", "baseline must be"),
    (("baseline",), ["a"], "baseline must be"),
    (("views", ""), "scalars", "view must be"),
    (("views", "v"), "javascript:alert(1)", "views must be the address of a page, as scalars?x=wall"),
    (("views", "v"), "//evil.example/", "views must be"),
    (("views", "v"), "/scalars", "views must be"),
    (("views", "v"), "https://evil.example", "views must be"),
    (("views", "v"), "../x", "views must be"),
    (("views", "v"), "?" + "x" * 32_000, "views must be"),
    (("charts", ""), {"title": "Losses", "tags": ["a"]}, "id must be"),
    (("charts", "c"), {"title": "", "tags": ["a"]}, 'charts must be {"title": text of 1 to 200 characters'),
    (("charts", "c"), {"title": "Losses", "tags": []}, "charts must be"),
    (("charts", "c"), {"title": "Losses", "tags": ["a"] * 21}, "charts must be"),
    (("charts", "c"), {"title": "Losses", "tags": [1]}, "charts must be"),
    (("charts", "c"), {"title": "Losses", "tags": "a"}, "charts must be"),
    (("charts", "c"), {"title": "Losses", "tags": ["a"], "x": 1}, "charts must be"),
]


@pytest.mark.parametrize(("path", "value"), RIGHT, ids=range(len(RIGHT)))
def test_value_within_the_limits_is_kept(path: tuple[str, ...], value: Any) -> None:
    check(path, value)


@pytest.mark.parametrize(("path", "value", "sentence"), WRONG, ids=range(len(WRONG)))
def test_value_beyond_the_limits_is_refused_in_a_short_sentence(
    path: tuple[str, ...], value: Any, sentence: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)) as caught:
        check(path, value)

    assert len(str(caught.value)) < 400
    assert str(caught.value).isprintable()
