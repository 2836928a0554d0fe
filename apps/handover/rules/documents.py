"""YAML and Markdown of a pack. Of YAML only what a pack needs is read: text, numbers, true and false, null, lists and
mappings with text as keys. Tags, anchors, aliases and several documents are refused, and so is what is nested too
deep, so that no input does harm."""

import math
import re
from typing import Any, NoReturn

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from .limits import DOCUMENT, THINGS
from .refusal import Unfit

DEEPEST = 40  # levels of nesting
DIGITS = 40  # of a number
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads alike, ten times as fast
_TAG = "tag:yaml.org,2002:"
_TEXTS = ("str", "timestamp", "value", "merge")  # what YAML reads as a date or a sign is text here
_READ: dict[str, Any] = {
    "int": SafeConstructor.construct_yaml_int,
    "float": SafeConstructor.construct_yaml_float,
    "bool": SafeConstructor.construct_yaml_bool,
    "null": SafeConstructor.construct_yaml_null,
}
_PLAIN, _KINDS = SafeConstructor(), Resolver()
_BROKEN = re.compile("[\0\ud800-\udfff]")
_FENCE = "---\n"
_UNSURE = re.compile(r"[\x85\u2028\u2029]|^\s|\s$|\s\n", re.MULTILINE)


def dump(data: Any) -> str:
    """Plain data as YAML, in one way only."""
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100_000))


def read(raw: bytes, name: str, *, most: int = DOCUMENT, things: int = THINGS) -> Any:
    """The data of a file of YAML. most: bytes; things: names, values, lists and mappings. Raises Unfit."""
    return _read(_text(raw, name, most), name, 0, things)


def prose(head: dict[str, Any], text: str) -> str:
    """Markdown below its facts (YAML between two lines of ---)."""
    return f"{_FENCE}{dump(head)}{_FENCE}" + (f"\n{text}\n" if text else "")


def read_prose(raw: bytes, name: str) -> tuple[dict[str, Any], str]:
    """The facts and the text of such a file. Raises Unfit."""
    text = _text(raw, name, DOCUMENT)
    end = text.find(f"\n{_FENCE}", len(_FENCE) - 1)
    if not text.startswith(_FENCE) or end < 0:
        raise Unfit("Its facts have to stand first, between two lines of ---.", name, 1)
    head = _read(text[len(_FENCE) : end + 1], name, 1)
    if not isinstance(head, dict):
        raise Unfit("Its facts are names with values (name: value).", name, 1)
    body = text[end + 1 + len(_FENCE) :]
    if body and (len(body) < 3 or not body.startswith("\n") or not body.endswith("\n")):
        raise Unfit("An empty line stands before its text, and a line feed at its end.", name)
    return head, body[1:-1] if body else ""


def _text(raw: bytes, name: str, most: int) -> str:
    if len(raw) > most:
        raise Unfit(f"This has more than {most:,} bytes.", name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Unfit("This is no text in UTF-8.", name) from None
    if "\0" in text:
        raise Unfit("This holds a NUL.", name, text.count("\n", 0, text.index("\0")) + 1)
    return text


def _read(text: str, name: str, before: int, things: int = THINGS) -> Any:
    """before: how many lines of the file stand above."""
    builder = _Builder(name, before, things)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except (yaml.YAMLError, yaml.reader.ReaderError) as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "it cannot be read"
        raise Unfit(f"This is no YAML ({what}).", name, mark.line + 1 + before if mark else 0) from None
    return builder.value


class _Builder:
    """Makes plain data of what YAML says, piece by piece: no more of it is held than what it says, and whatever could
    do harm is refused when it is met. Raises Unfit."""

    def __init__(self, name: str, before: int, things: int) -> None:
        self.value: Any = None
        self._name, self._before, self._left, self._most = name, before, things, things
        self._open: list[
            tuple[Any, list[str]]
        ] = []  # lists and mappings, each mapping with the name that waits
        self._documents = 0

    def take(self, event: Any) -> None:
        """The next piece."""
        if isinstance(event, yaml.ScalarEvent):
            self._require_plain(event)
            self._put(event, self._scalar(event), is_scalar=True)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._require_plain(event)
            if len(self._open) >= DEEPEST:
                self._refuse(event, f"This is nested deeper than {DEEPEST} levels.")
            made: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            self._put(event, made)
            self._open.append((made, []))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._refuse(event, "* and & stand for something else in YAML; a pack has none.")
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse(event, "This is no YAML of a pack: it holds another document.")

    def _require_plain(self, event: Any) -> None:
        self._left -= 1
        if self._left < 0:
            self._refuse(event, f"This says more than {self._most:,} things.")
        if event.anchor:
            self._refuse(event, "* and & stand for something else in YAML; a pack has none.")
        if event.tag:
            self._refuse(event, "! stands for something else in YAML; a pack has none.")

    def _put(self, event: Any, value: Any, *, is_scalar: bool = False) -> None:
        """Where it belongs: a name waits for its value."""
        if not self._open:
            self.value = value
            return
        holder, waiting = self._open[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif waiting:
            holder[waiting.pop()] = value
        elif not is_scalar or _kind_of(event) != "str" or value in holder:
            self._refuse(event, "A name before a colon is a text, and stands there once.")
        else:
            waiting.append(value)

    def _scalar(self, event: Any) -> Any:
        kind, said = _kind_of(event), event.value
        if kind in _TEXTS:
            if _BROKEN.search(said):
                self._refuse(event, "This holds a NUL or half a character.")
            return said
        if kind in {"int", "float"} and len(said) > DIGITS:
            self._refuse(event, "This number has too many digits.")
        try:
            value = _READ[kind](_PLAIN, yaml.ScalarNode(f"{_TAG}{kind}", said))
        except (KeyError, ValueError, IndexError, OverflowError, yaml.YAMLError):
            self._refuse(event, "This cannot be read; put it in quotes.")
        if isinstance(value, float) and not math.isfinite(value):
            self._refuse(event, "This is no finite number.")
        return value

    def _refuse(self, event: Any, words: str) -> NoReturn:
        line = event.start_mark.line + 1 if event.start_mark else 1
        raise Unfit(words, self._name, line + self._before)


def _kind_of(event: Any) -> str:
    """What YAML takes a value for: str, int, float, bool, null, timestamp …"""
    if not event.implicit[0]:  # in quotes
        return "str"
    tag: str = _KINDS.resolve(yaml.ScalarNode, event.value, (True, False))  # type: ignore[no-untyped-call]
    return tag.removeprefix(_TAG)


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand in a block, as people write them; lists are indented; nothing is an alias."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Never without an indent."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """The same twice is written twice."""
        return True


def _say(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    if _UNSURE.search(
        text
    ):  # line breaks to YAML that are read back as others, and white space that it folds
        style = '"'
    return dumper.represent_scalar(f"{_TAG}str", text, style=style)


_Dumper.add_representer(str, _say)
