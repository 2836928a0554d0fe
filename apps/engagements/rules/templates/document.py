"""YAML as people write a template, with the line of every value. Only what a template needs is read: text, whole
numbers, true and false, lists, and mappings with text as keys. Tags, anchors and several documents are refused, and so
are numbers of many digits, so that no input does harm."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from .fields import Path, Problem

LARGEST = 200_000  # characters
DEEPEST = 12  # levels of nesting
MOST = 20_000  # keys, values, beginnings and ends
DIGITS = 10  # of a number; signs such as 0x and _ count too
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_TEXTS = ("str", "timestamp", "value", "merge", "float")  # what YAML reads as a date or a sign is text here

_UNSHOWN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_READ: dict[str, Callable[[SafeConstructor, Any], Any]] = {
    "int": SafeConstructor.construct_yaml_int,
    "bool": SafeConstructor.construct_yaml_bool,
    "null": SafeConstructor.construct_yaml_null,
}


@dataclass
class Document:
    """`data`: what was read; `lines`: the line of each value, from 1; `problems`: what could not be read."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def says(self, problem: Problem) -> str:
        """A problem with its line: "Line 12, phase 3, action 2, day: …"."""
        for end in range(len(problem.path), 0, -1):
            if line := self.lines.get(problem.path[:end]):
                return f"Line {line}, {problem}"
        return str(problem)


def read(text: str) -> Document:
    """The document in `text`; what is no YAML, or made to do harm, is a problem like any other."""
    found = Document()
    if fault := _unfit(text):
        found.problems.append(Problem((), fault))
        return found
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        found.problems.append(Problem((), _syntax(error)))
        return found
    found.data = _value(root, (), found) if root is not None else {}
    return found


def dump(data: Any) -> str:
    """Plain data as YAML."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _unfit(text: str) -> str:
    """What keeps a text from being read at all; empty when nothing does."""
    if len(text) > LARGEST:
        return f"This has {len(text):,} characters; a template has at most {LARGEST:,}."
    if yaml.reader.Reader.NON_PRINTABLE.search(text):
        return "This holds characters that cannot be shown."
    depth = 0
    try:
        for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if count > MOST or depth > DEEPEST:
                return "This holds more than a template could need."
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                return f"Line {_line(event)}: * and & stand for something else in YAML; use quotes."
            if getattr(event, "tag", None):
                return f"Line {_line(event)}: ! stands for something else in YAML; use quotes."
            if _UNSHOWN.search(getattr(event, "value", None) or ""):  # written as an escape
                return f"Line {_line(event)}: this holds characters that cannot be shown."
    except yaml.YAMLError as error:
        return _syntax(error)
    return ""


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _syntax(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or "it cannot be read"
    where = f"Line {mark.line + 1}: t" if mark else "T"
    return f"{where}his is no YAML ({what}). A text with a colon or a # needs quotes; indent with spaces."


def _value(node: Any, path: Path, found: Document) -> Any:
    found.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
        return _mapping(node, path, found)
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
        return [_value(one, (*path, at), found) for at, one in enumerate(node.value)]
    return _scalar(node, path, found)


def _mapping(node: yaml.MappingNode, path: Path, found: Document) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.tag != f"{_TAG}str":
            found.problems.append(Problem((), f"Line {line}: a name before a colon is a text; use quotes."))
        elif key.value in made:
            found.lines[*path, key.value] = line
            found.problems.append(Problem((*path, key.value), "This stands here twice."))
        else:
            made[key.value] = _value(value, (*path, key.value), found)
            found.lines[*path, key.value] = line
    return made


def _scalar(node: Any, path: Path, found: Document) -> Any:
    kind = node.tag.removeprefix(_TAG)
    if isinstance(node, yaml.ScalarNode) and kind in _TEXTS:
        return node.value
    if kind == "int" and len(node.value) > DIGITS:
        says = f"A number has at most {DIGITS} digits; put it in quotes if it is a text."
        found.problems.append(Problem(path, says))
        return None
    try:
        return _READ[kind](SafeConstructor(), node)
    except (KeyError, ValueError, IndexError, yaml.YAMLError):
        found.problems.append(Problem(path, "This cannot be read; put it in quotes."))
        return None


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand in a block, as people write them; lists are indented below their name."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Never without an indent."""
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    if any(sign in text for sign in "\x85\u2028\u2029"):  # line breaks to YAML, and read back as others
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
