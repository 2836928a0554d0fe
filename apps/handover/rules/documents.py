"""YAML and Markdown of a pack. Of YAML only what a pack needs is read: text, numbers, true and false, null, lists and
mappings with text as keys. Tags, anchors, aliases and several documents are refused, and so is what is nested too
deep, so that no input does harm."""

import math
import re
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from .limits import DOCUMENT
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
_FENCE = "---\n"
_UNSURE = re.compile(r"[\x85\u2028\u2029]|^\s|\s$|\s\n", re.MULTILINE)


def dump(data: Any) -> str:
    """Plain data as YAML, in one way only."""
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100_000))


def read(raw: bytes, name: str, *, most: int = DOCUMENT) -> Any:
    """The data of a file of YAML. Raises Unfit."""
    return _read(_text(raw, name, most), name, 0)


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


def _read(text: str, name: str, before: int) -> Any:
    """before: how many lines of the file stand above."""
    try:
        _survey(text, name, before)
        return _value(yaml.compose(text, Loader=_LOADER), name, before)
    except (yaml.YAMLError, yaml.reader.ReaderError) as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "it cannot be read"
        raise Unfit(f"This is no YAML ({what}).", name, mark.line + 1 + before if mark else 0) from None


def _survey(text: str, name: str, before: int) -> None:
    """Refuse what could do harm, before anything is built from it."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        fault = ""
        if depth > DEEPEST:
            fault = f"This is nested deeper than {DEEPEST} levels."
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            fault = "* and & stand for something else in YAML; a pack has none."
        elif getattr(event, "tag", None):
            fault = "! stands for something else in YAML; a pack has none."
        if fault:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise Unfit(fault, name, line + before)


def _value(node: Any, name: str, before: int) -> Any:
    if node is None:
        return None
    line = node.start_mark.line + 1 + before
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
        return [_value(one, name, before) for one in node.value]
    if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
        made: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != f"{_TAG}str" or key.value in made:
                raise Unfit("A name before a colon is a text, and stands there once.", name, line)
            made[key.value] = _value(value, name, before)
        return made
    return _scalar(node, name, line)


def _scalar(node: Any, name: str, line: int) -> Any:
    kind = node.tag.removeprefix(_TAG)
    if kind in _TEXTS:
        if re.search("[\0\ud800-\udfff]", node.value):
            raise Unfit("This holds a NUL or half a character.", name, line)
        return node.value
    if kind in {"int", "float"} and len(node.value) > DIGITS:
        raise Unfit("This number has too many digits.", name, line)
    try:
        value = _READ[kind](SafeConstructor(), node)
    except (KeyError, ValueError, IndexError, OverflowError, yaml.YAMLError):
        raise Unfit("This cannot be read; put it in quotes.", name, line) from None
    if isinstance(value, float) and not math.isfinite(value):
        raise Unfit("This is no finite number.", name, line)
    return value


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
