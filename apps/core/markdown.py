"""What people write, as HTML that can do nothing: Markdown without HTML and pictures, and then only what the list
below allows. Both halves hold alone."""

import re
from collections.abc import Mapping
from typing import Any

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

LONGEST = 30_000  # characters; more is shown as it was typed
_TAGS = {"p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"}
_ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href", "class"}, "p": {"class"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_FOUND = re.compile(
    r"(?P<address>\bhttps?://[^\s<>\"'`]{1,2000})"
    r"|(?P<word>(?<![\w@./])@[\w][\w.\-]*|(?<![\w/#.-])[A-Z]-\d{1,6}(?![\w-]))"
)
_BEHIND = ".,:;!?)]}*_~"  # is of the sentence, not of the address
NO_LINKS: Mapping[str, str] = {}


def render(text: str | None, links: Mapping[str, str] | None = None) -> SafeString:
    """The text as HTML. links: where an "@maria" (in lower case) or an "R-4" leads, as far as the reader may go
    there; any other stays a word."""
    plain = text or ""
    if len(plain) > LONGEST:
        return format_html('<p class="as-typed">{}</p>', plain)
    html = _MARKDOWN.render(plain, {"links": links or NO_LINKS})
    clean = nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener nofollow"
    )
    return mark_safe(clean)  # noqa: S308 - sanitised above


def _headings(state: StateCore) -> None:
    """A heading within a text is none of the page it stands on."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "p"
            if token.nesting == 1:
                token.attrs["class"] = "heading"


def _linked(state: StateCore) -> None:
    """Make links of addresses, and of what `links` knows, outside of links and code."""
    links: Mapping[str, str] = state.env["links"]
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = _with_links(token.children, links)


def _with_links(tokens: list[Token], links: Mapping[str, str]) -> list[Token]:
    done: list[Token] = []
    within = 0
    for token in tokens:
        within += token.nesting if token.type in {"link_open", "link_close"} else 0
        if token.type == "text" and not within:
            done += _parts(token.content, links)
        else:
            done.append(token)
    return done


def _parts(text: str, links: Mapping[str, str]) -> list[Token]:
    """A run of text as words and links."""
    done: list[Token] = []
    at = 0
    for found in _FOUND.finditer(text):
        said = found.group().rstrip(_BEHIND)
        known = said.lower() if said.startswith("@") else said
        href = said if found["address"] else links.get(known, "")
        if href and (found["address"] is None or len(said) > len("https://")):
            done += [_text(text[at : found.start()]), *_link(said, href, inside=not found["address"])]
            at = found.start() + len(said)
    return [*done, _text(text[at:])]


def _link(said: str, href: str, *, inside: bool) -> list[Token]:
    attrs: dict[str, Any] = {"href": href, **({"class": "mention"} if inside else {})}
    return [Token("link_open", "a", 1, attrs=attrs), _text(said), Token("link_close", "a", -1)]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _made() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "breaks": True})
    made.enable("strikethrough").disable(["image", "html_block", "html_inline"])
    made.core.ruler.push("headings", _headings)
    made.core.ruler.push("linked", _linked)
    return made


_MARKDOWN = _made()
