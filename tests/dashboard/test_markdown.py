"""What people write as markdown can do no harm; the HTML is judged by another parser than the one that cleaned it."""

from __future__ import annotations

import time
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

from dashboard.markdown import MAX_CHARACTERS, render_markdown

HARMLESS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip

ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt/src=//evil.example/x.js></ScRiPt>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>body{display:none}</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "<form action=//evil.example><button>Log in</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<div class='overlay' style='position:fixed;inset:0' id=board>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<p onclick='alert(1)'>x</p>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x0A;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://evil.example/1)",
    '[x](https://e.example "onmouseover=alert(1)")',
    '[x](https://e.example/"onmouseover="alert(1))',
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    "![<b>](https://e.example/\"onerror=\"alert(1))",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "[![x](//evil.example/a.png)](javascript:alert(1))",
    "```\"><script>alert(1)</script>\nx\n```",
    "```a&#32;btn\nx\n```",
    "`<script>alert(1)</script>`",
    "| <img src=x onerror=alert(1)> |\n|-|\n| [x](javascript:alert(1)) |",
    "# <script>alert(1)</script>",
    "\u202e<script>alert(1)</script>",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script>alert(1)\\</script>",
]  # fmt: skip


class Finder(HTMLParser):
    """Gathers the elements of a text of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", {}))


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_attack_is_text(text: str) -> None:
    found = Finder(render_markdown(text))

    for tag, attributes in found.elements:
        assert tag in HARMLESS
        assert set(attributes) <= ({"href", "title", "rel"} if tag == "a" else set())
        if tag == "a":
            assert attributes["rel"] == "noopener noreferrer"
            place = urlsplit(urljoin("http://localhost/scalars", attributes.get("href") or ""))
            assert place.scheme in ("http", "https", "mailto")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>\n"),
        ("# a", "<h1>a</h1>\n"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
        ("```python\n1 < 2\n```", "<pre><code>1 &lt; 2\n</code></pre>\n"),
        ("a <b> & c", "<p>a &lt;b&gt; &amp; c</p>\n"),
        (
            "[a](https://x.org 'b')",
            '<p><a href="https://x.org" title="b" rel="noopener noreferrer">a</a></p>\n',
        ),
        ("<mailto:a@x.org>", '<p><a href="mailto:a@x.org" rel="noopener noreferrer">mailto:a@x.org</a></p>\n'),
        (
            "![a *loss* curve](https://x.org/a.png)",
            '<p><a href="https://x.org/a.png" rel="noopener noreferrer">a loss curve</a></p>\n',
        ),
        ("![](https://x.org/a.png)", '<p><a href="https://x.org/a.png" rel="noopener noreferrer">image</a></p>\n'),
        ("", ""),
    ],
)
def test_markdown_is_rendered(text: str, html: str) -> None:
    assert render_markdown(text) == html


def test_tables_are_rendered() -> None:
    elements = [tag for tag, _ in Finder(render_markdown("| a | b |\n|---|--:|\n| 1 | 2 |")).elements]

    assert elements == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"]


@pytest.mark.parametrize(
    "piece", ["[", "*a ", "_a", ">", "[a](", "`a``b", "![[", "- ", "<", "&", "a**b", "[a][b]", "~~a", "<a ", "|b\n"]
)
def test_time_grows_no_faster_than_the_text(piece: str) -> None:
    """Ten times the text may take 40 times as long; a quadratic rule takes 100. Other work on the machine only adds."""

    def measure(num_characters: int) -> float:
        text = piece * (num_characters // len(piece))
        begin = time.thread_time()
        render_markdown(text)
        return time.thread_time() - begin

    limit = 40 * min(measure(2_000) for _ in range(5))
    assert any(measure(20_000) < limit for _ in range(20))


def test_what_is_too_long_is_cut_and_said_to_be() -> None:
    found = Finder(render_markdown("a" * (MAX_CHARACTERS + 7)))

    assert found.text == "a" * MAX_CHARACTERS + "\n… and 7 more characters.\n"
