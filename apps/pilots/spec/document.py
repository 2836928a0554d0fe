"""YAML read as plain data, with the place of every key and value.

Only what a spec needs is read: text, numbers, true and false, null, lists and mappings with text as keys.
Aliases are read as far as what they stand for stays small. What else YAML knows (tags, several documents, other keys)
is refused, so that no input can do harm.
"""

import math
import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from .errors import InvalidSpec, Path, SpecError, path_text

LARGEST = 1024 * 1024  # bytes of a spec
DEEPEST = 20  # levels of nesting
MOST = 10_000  # keys, values, beginnings and ends
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads alike, ten times as fast
_UNPRINTABLE = yaml.reader.Reader.NON_PRINTABLE
_TAG = "tag:yaml.org,2002:"
_TEXTS = ("str", "timestamp", "value", "merge")  # what YAML reads as a date or a sign is text here
_VALUES = {"int": "a whole number", "float": "a number", "bool": "true or false", "null": "nothing"}


@dataclass
class Document:
    """`data` is what could be read, `errors` what could not; None stands in its place."""

    name: str
    text: str = ""
    data: Any = None
    errors: list[SpecError] = field(default_factory=list)
    values: dict[Path, tuple[Any, Any]] = field(default_factory=dict)  # YAML's marks of start and end
    keys: dict[Path, Any] = field(default_factory=dict)
    broken: set[Path] = field(default_factory=set)  # where there is no more to say

    def error(self, path: Path, message: str, hint: str = "", *, at_key: bool = False) -> SpecError:
        """An error at the value of `path` or its key, or at what is around it when it is not there."""
        mark = self.keys.get(path) if at_key else None
        for end in range(len(path), -1, -1):
            if mark is None and path[:end] in self.values:
                mark = self.values[path[:end]][0]
        return _error(mark, path, message, hint)

    def inside(self, path: Path, nth: int, pattern: re.Pattern[str], message: str, hint: str) -> SpecError:
        """An error at the nth match of `pattern` within the text at `path`, where the source shows it."""
        start, end = self.values.get(path, (None, None))
        found = list(pattern.finditer(self.text, start.index, end.index)) if start else []
        if nth >= len(found):  # there is no source, or it writes the text with escapes
            return self.error(path, message, hint)
        return SpecError(*_place(self.text, found[nth].start()), path_text(path), message, hint)

    def refuse(self, path: Path, message: str, hint: str = "", node: yaml.Node | None = None) -> None:
        """Note that what stands at `path` (or the node there) cannot be taken."""
        self.broken.add(path)
        self.errors.append(_error(node.start_mark if node else None, path, message, hint))


def read(text: str, name: str) -> Document:
    """The document in `text`. Raises InvalidSpec when it is not YAML, not a mapping, or made to do harm."""
    if len(text) > LARGEST:
        raise InvalidSpec([SpecError(0, 0, "", "is larger than 1 MiB")], name)
    if found := _UNPRINTABLE.search(text):
        place = _place(text, found.start())
        raise InvalidSpec([SpecError(*place, "", "not YAML: a character that cannot be printed")], name)
    try:
        _survey(text, name)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise InvalidSpec([_syntax_error(error, text)], name) from error
    if not isinstance(root, yaml.MappingNode):
        message = "the file is empty" if root is None else "expected a mapping (key: value)"
        raise InvalidSpec([SpecError(1, 1, "", message, "a spec begins with 'client: …'")], name)
    document = Document(name, text)
    document.data = _value(root, (), document)
    return document


def from_plain(data: Any, name: str) -> Document:
    """A document without a text, from what JSON can hold."""
    document = Document(name)
    document.data = _plain(data, (), document)
    return document


def _error(mark: Any, path: Path, message: str, hint: str) -> SpecError:
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    return SpecError(line, column, path_text(path), message, hint)


def _place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of a character."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _survey(text: str, name: str) -> None:
    """Refuse deep nesting and sheer mass before anything is built from them."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        fault = ""
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            fault = f"nested deeper than {DEEPEST} levels"
        if count > MOST:
            fault = "more than a spec could need"
        if fault:
            raise InvalidSpec([_error(event.start_mark, (), fault, "")], name)


def _syntax_error(error: yaml.YAMLError, text: str) -> SpecError:
    mark = getattr(error, "problem_mark", None)
    is_tab = mark is not None and text[mark.index : mark.index + 1] == "\t"
    hint = "indent with spaces, not tabs" if is_tab else ""
    return _error(mark, (), f"not YAML: {getattr(error, 'problem', None) or 'cannot be read'}", hint)


def _plain(value: Any, path: Path, document: Document) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item, (*path, str(key)), document) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, (*path, at), document) for at, item in enumerate(value)]
    fault = _fault(value)
    return document.refuse(path, fault) if fault else value


def _fault(value: Any) -> str:
    """Why a single value can neither be stored nor sent; "" when it can."""
    if isinstance(value, float) and not math.isfinite(value):
        return "must be a finite number"
    if isinstance(value, int) and abs(value) >= 2**63:
        return "is too large a number"
    if isinstance(value, str) and any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        return "holds a NUL or half a character"
    return ""


def _value(node: yaml.Node, path: Path, document: Document) -> Any:
    if len(path) > DEEPEST or len(document.values) > MOST:  # aliases of aliases, or one within itself
        raise InvalidSpec(
            [_error(node.start_mark, (), "aliases stand for more than a spec could need", "")], document.name
        )
    document.values[path] = node.start_mark, node.end_mark
    if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
        return [_value(item, (*path, at), document) for at, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, path, document)
    return document.refuse(path, f"the tag {node.tag.removeprefix(_TAG)} is not supported", node=node)


def _mapping(node: yaml.MappingNode, path: Path, document: Document) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if fault := _key_fault(key):
            document.refuse(path, *fault, node=key)
        elif key.value in found:
            document.refuse((*path, key.value), "this key stands here twice", node=key)
        else:
            place = (*path, key.value)
            document.keys[place] = key.start_mark
            found[key.value] = _value(value, place, document)
    return found


def _key_fault(key: yaml.Node) -> tuple[str, str] | None:
    if not isinstance(key, yaml.ScalarNode):
        return "a key must be text", "a text with {{ … }} needs quotes around it"
    if key.tag != _TAG + "str":
        kind = _VALUES.get(key.tag.removeprefix(_TAG), "something else")
        return f"a key must be text, and to YAML '{key.value}' is {kind}", "put it in quotes"
    return (f"a key {fault}", "") if (fault := _fault(key.value)) else None


def _scalar(node: yaml.ScalarNode, path: Path, document: Document) -> Any:
    kind, value = node.tag.removeprefix(_TAG), node.value
    if kind in _VALUES:
        try:
            value = getattr(SafeConstructor(), f"construct_yaml_{kind}")(node)
        except (ValueError, KeyError):
            return document.refuse(path, "is not a value that can be read", node=node)
    elif kind not in _TEXTS:
        return document.refuse(path, f"the tag {kind} is not supported", node=node)
    fault = _fault(value)
    return document.refuse(path, fault, node=node) if fault else value
