"""What a browser without JavaScript would send of a page's form."""

from html.parser import HTMLParser
from typing import Any

from django.http import QueryDict


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self._text: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = dict(attrs)
        name, value = given.get("name", ""), given.get("value") or ""
        if tag == "input" and name and "disabled" not in given:
            kind = given.get("type", "text")
            if kind not in {"checkbox", "radio", "submit", "file"} or "checked" in given:
                self.sent.append((name, value or ("on" if kind == "checkbox" else "")))
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select:
            self._options.append((value, "selected" in given))
        elif tag == "textarea" and name:
            self._text = (name, [])

    def handle_data(self, data: str) -> None:
        if self._text:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._options:
            chosen = [value for value, is_chosen in self._options if is_chosen]
            self.sent += [(self._select, value) for value in chosen or [self._options[0][0]]]
            self._select = ""
        elif tag == "textarea" and self._text:
            name, text = self._text
            self.sent.append((name, "".join(text).removeprefix("\n")))
            self._text = None


def sent_of(html: str) -> QueryDict:
    """The fields of all forms in a piece of HTML, as they would be sent: lines end with CR and LF."""
    reader = _Form()
    reader.feed(html)
    reader.close()
    data = QueryDict(mutable=True)
    for name, value in reader.sent:
        data.appendlist(name, value.replace("\r\n", "\n").replace("\n", "\r\n"))
    return data
