"""How a text is shown in a list: its first line as the title, and how it goes on. Pure decisions."""

import re

TITLE = 200  # characters
EXCERPT = 240
_CUT = "…"
_FRONT = re.compile(r"(?:(?:#{1,6}|>+|[*+-])[ \t]+)+")  # a heading, a quotation, a list; "#urgent" is a tag
_FENCE = re.compile(r"^[ \t]*```.*$", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]*)`")
_LINK = re.compile(r"!?\[([^\[\]\n]+)\]\([^()\s]+\)")
_STRONG = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w*_])")


def title_of(text: str) -> str:
    """The first line, without marks of Markdown in front, cut to what a title may hold."""
    plain = _first(text)
    return plain if len(plain) <= TITLE else plain[: TITLE - 1].rstrip() + _CUT


def plain_title(title: str) -> str:
    """A title as it is shown on one line: without marks that only say how it looks; a link by its words. What stands
    in front stays: "> 95 %" is no quotation."""
    return _STRONG.sub(r"\2", _CODE.sub(r"\1", _LINK.sub(r"\1", title))).strip() or title


def excerpt(title: str, text: str) -> str:
    """How a text goes on behind its title, without marks of Markdown, cut. Of a first line that the title does
    not say as it is, everything else."""
    first, _, rest = text.strip().partition("\n")
    shown, whole = title.removesuffix(_CUT), _first(first)
    if title.endswith(_CUT) and whole.startswith(shown):
        rest = f"{_CUT}{whole.removeprefix(shown).lstrip()}\n{rest}"
    elif whole != title:
        rest = text
    words = _plain(rest)
    return words if len(words) <= EXCERPT else words[:EXCERPT].rstrip() + _CUT


def _first(text: str) -> str:
    """The first line that says something; a line of marks alone says these."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    plain = " ".join(first.split())
    return _behind_marks(plain) or plain


def _behind_marks(line: str) -> str:
    found = _FRONT.match(line)
    return line[found.end() :] if found else line


def _plain(text: str) -> str:
    """The text on one line, without marks that only say how it looks; what could be a word of its own stays. A dot
    stands between paragraphs, headings and the points of a list."""
    said, apart = "", False
    for line in (line.strip() for line in _FENCE.sub("", text).splitlines()):
        bare = _behind_marks(line)
        if bare:
            new = bool(said) and (apart or bare != line) and not said.endswith((":", _CUT))
            said += f"{' ·' if new else ''} {bare}"
        apart = bare != line if bare else True
    return _STRONG.sub(r"\2", _CODE.sub(r"\1", " ".join(said.split())))
