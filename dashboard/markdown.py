"""Markdown that people wrote, as HTML that a page may hold.

Two locks, either of which is enough: HTML in the text is shown as text, and nh3 lets through only what is listed here.

Synopsis:
    >>> print(render_markdown("**better** than [this](https://x.org), <b>why?</b>"))  # doctest: +NORMALIZE_WHITESPACE
    <p><strong>better</strong> than <a href="https://x.org" rel="noopener noreferrer">this</a>,
    &lt;b&gt;why?&lt;/b&gt;</p>
    <BLANKLINE>
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

MAX_CHARACTERS = 100_000
_TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}  # no class: a note must not look like a part of the page
_SCHEMES = {"http", "https", "mailto"}


def render_markdown(text: str) -> str:
    """Renders CommonMark with tables and strike-through.

    Links open no way back to the page, and an image is a link to it: a page asks no other host for anything.

    Args:
        text: At most `MAX_CHARACTERS` characters; what is beyond is left out, and said to be.
    """
    if len(text) > MAX_CHARACTERS:
        text = f"{text[:MAX_CHARACTERS]}\n\n… and {len(text) - MAX_CHARACTERS:,} more characters."
    return nh3.clean(
        _make_parser().render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    )


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _render_image)
    return parser


def _render_image(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, environment: Any) -> str:
    token = tokens[index]
    name = renderer.renderInlineAsText(token.children, options, environment) or "image"
    link = Token("link_open", "a", 1, attrs={"href": token.attrs["src"]})
    return f"{renderer.renderToken([link], 0, options, environment)}{_escape(name)}</a>"


def _escape(text: str) -> str:
    return nh3.clean_text(text)
