"""What people write becomes HTML that can do nothing."""

import re
from time import process_time

import pytest
from django.template import Context, Template

from apps.core.markdown import LONGEST, render

ALLOWED = {"p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    '[x](https://ok.example "onmouseover=alert(1)")',
    "[x](https://ok.example/'onclick='alert(1))",
    "<a href=x onclick=alert(1)>x</a>",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "[a]: javascript:alert(1)\n\n[a]",
    "<style>body{display:none}</style>",
    "<svg/onload=alert(1)>",
    "<iframe src=//evil.example>",
    'https://x.example/"onclick=alert(1)',
    "\0<b>",
    "<!-- --><x>",
    "[x](https://ok.example){: onclick=alert(1)}",
]


def links(html: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', html)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_comes_through(text: str) -> None:
    html = str(render(text))
    assert set(re.findall(r"</?([a-z0-9]+)", html)) <= ALLOWED
    for tag in re.findall(r"<[a-z][^>]*>", html):
        assert set(re.findall(r"\s([a-z-]+)=", tag)) <= {"href", "class", "rel", "start"}, tag
    assert all(link.startswith(("https://", "http://", "mailto:", "/")) for link in links(html)), html


def test_markdown_is_rendered() -> None:
    html = render("# Head\n\n**bold** *em* ~~gone~~ `code`\nnext\n\n- one\n\n> said")
    for part in ("<strong>bold", "<em>em", "<s>gone", "<code>code", "<br>", "<li>one", "<blockquote>"):
        assert part in html
    assert '<p class="heading">Head</p>' in html, "no heading of the page"


def test_links_leave_nothing_behind_and_addresses_become_links() -> None:
    html = render("[a](https://x.example) and https://y.example/z#w.")
    assert links(html) == ["https://x.example", "https://y.example/z#w"]
    assert html.count('rel="noopener nofollow"') == 2


def test_mentions_and_references_are_links_only_where_their_reader_may_go() -> None:
    known = {"R-4": "/items/4/", "@maria": "/log/?by=1"}
    html = render("@Maria and @tom on R-4, R-5, `R-4`, [R-4](https://x.example), a@maria.example", known)
    assert links(html) == ["/log/?by=1", "/items/4/", "https://x.example"]
    assert links(render("@maria R-4")) == []


@pytest.mark.parametrize(
    "text",
    [
        "[" * 30_000,
        "> " * 15_000,
        "*a **b " * 4_000,
        "`" * 30_000,
        "- " * 15_000,
        "x" * 1_000_000,
        "<" * 10**6,
    ],
)
def test_hostile_size_and_nesting_cost_little_and_lose_nothing(text: str) -> None:
    begun = process_time()
    html = render(text)
    assert process_time() - begun < 5
    assert "<script" not in html
    if len(text) > LONGEST:
        assert len(html) >= len(text)


def test_the_filter_takes_nothing_and_links() -> None:
    page = Template("{% load fieldwork %}{{ text|markdown }}{{ nothing|markdown }}{{ other|markdown:links }}")
    shown = page.render(Context({"text": "**b**", "nothing": None, "other": "R-1", "links": {"R-1": "/r/"}}))
    assert "<strong>b</strong>" in shown
    assert 'href="/r/"' in shown
