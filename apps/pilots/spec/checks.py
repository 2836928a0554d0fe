"""What no single value shows: names that must agree, fields that need each other.

Works on the data as it was read, whole or not, so that these errors are told together with all others.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from apps.dataplane.contract.templates import PATTERN, placeholders
from apps.scoping.rules.references import REFERENCE

from ..rules.metrics import ALWAYS, METRICS, OF_CALLS, facts_of
from .document import Document
from .errors import Path, SpecError, nearest

_CALLED = ("openai", "anthropic")


def check(document: Document) -> list[SpecError]:
    """Every disagreement between the parts of the spec."""
    data = _mapping(document.data)
    checks = (_sources, _columns, _targets, _prompts, _references, _criteria)
    return [error for checked in checks for error in checked(data, document)]


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _listing(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _indexed(data: dict[str, Any], key: str) -> list[tuple[Path, dict[str, Any]]]:
    return [((key, at), _mapping(item)) for at, item in enumerate(_listing(data.get(key)))]


def scorer_names(kinds: list[str]) -> list[str]:
    """The metric's name of each scorer: its kind, or kind_2, kind_3 … when a kind is used again."""
    seen: Counter[str] = Counter()
    names = []
    for kind in kinds:
        seen[kind] += 1
        names.append(kind if seen[kind] == 1 else f"{kind}_{seen[kind]}")
    return names


def _sources(data: dict[str, Any], document: Document) -> Iterator[SpecError]:
    places: list[tuple[Path, Any]] = [(("dataset", "source"), _mapping(data.get("dataset")).get("source"))]
    places += [((*path, "train"), target.get("train")) for path, target in _indexed(data, "targets")]
    for path, source in places:
        given = [key for key in ("table", "query") if _mapping(source).get(key) is not None]
        if _mapping(source).get("kind") == "postgres" and len(given) != 1:
            yield document.error(path, "needs exactly one of table and query", f"found {len(given)}")


def _columns(data: dict[str, Any], document: Document) -> Iterator[SpecError]:
    for key in ("input", "slices"):
        columns = _listing(_mapping(data.get("dataset")).get(key))
        for at, column in enumerate(columns):
            if column in columns[:at]:
                yield document.error(("dataset", key, at), f"the column '{column}' is named twice")


def _targets(data: dict[str, Any], document: Document) -> Iterator[SpecError]:
    seen = set()
    for path, target in _indexed(data, "targets"):
        name = target.get("name")
        if isinstance(name, str) and name in seen:
            yield document.error((*path, "name"), f"another target is already called '{name}'")
        seen.add(name if isinstance(name, str) else None)
        if target.get("kind") in _CALLED and target.get("prompt") is None and data.get("prompt") is None:
            yield document.error((*path, "prompt"), "a model target needs a prompt, here or at the top")


def _prompts(data: dict[str, Any], document: Document) -> Iterator[SpecError]:
    columns = _mapping(data.get("dataset")).get("input")
    if not isinstance(columns, list):
        return
    paths: list[Path] = [("system",), ("prompt",)]
    paths += [(*path, key) for path, _ in _indexed(data, "targets") for key in ("system", "prompt")]
    for path in paths:
        holder = data if len(path) == 1 else _mapping(data["targets"][path[1]])
        text = holder.get(str(path[-1]))
        for nth, (name, _) in enumerate(placeholders(text) if isinstance(text, str) else []):
            if name not in columns:
                message = f"{{{{ {name} }}}} is not one of the dataset's input columns"
                hint = nearest(name, [column for column in columns if isinstance(column, str)])
                yield document.inside(path, nth, PATTERN, message, hint)


def _scorer_kinds(data: dict[str, Any]) -> tuple[list[str], bool]:
    """The scorers' kinds as far as they can be told, and whether that is all of them."""
    if "scorers" not in data:
        return (["exact"] if _mapping(data.get("dataset")).get("reference") is not None else []), True
    kinds = [_scorer_kind(form) for form in _listing(data["scorers"])]
    known = [kind for kind in kinds if kind in METRICS and kind not in ALWAYS]
    return known, len(known) == len(kinds) and isinstance(data["scorers"], list)


def _scorer_kind(form: Any) -> str:
    named = next(iter(form), "") if isinstance(form, dict) else form
    return named if isinstance(named, str) else ""


def _references(data: dict[str, Any], document: Document) -> Iterator[SpecError]:
    if _mapping(data.get("dataset")).get("reference") is not None:
        return
    hint = "name its column in dataset.reference"
    for at, form in enumerate(_listing(data.get("scorers"))):
        kind = _scorer_kind(form)
        if kind in METRICS and kind not in (*ALWAYS, "regex"):
            yield document.error(
                ("scorers", at), f"{kind} compares with a reference, and there is none", hint
            )
    for path, target in _indexed(data, "targets"):
        if target.get("kind") == "baseline":
            yield document.error(path, "a baseline learns from a reference, and there is none", hint)


def _criteria(data: dict[str, Any], document: Document) -> Iterator[SpecError]:
    targets = {
        target["name"]: target.get("kind")
        for _, target in _indexed(data, "targets")
        if isinstance(target.get("name"), str)
    }
    seen: list[list[Any]] = []
    for path, criterion in _indexed(data, "criteria"):
        if not criterion:
            continue
        said = [criterion.get(key) for key in ("target", "criterion", "metric", "at_least", "at_most")]
        if said in seen:
            yield document.error(path, "the same criterion stands here twice")
        seen.append(said)
        target, metric = criterion.get("target"), criterion.get("metric")
        if isinstance(target, str) and target not in targets:
            yield document.error((*path, "target"), f"unknown target '{target}'", nearest(target, targets))
        if criterion.get("criterion") is not None:
            yield from _named(criterion, path, document)
            continue
        if metric is None and (*path, "metric") not in document.broken:
            hint = "or name a success criterion of the engagement, such as criterion: C-2"
            yield document.error((*path, "metric"), "is required", hint)
        if isinstance(metric, str):
            yield from _metric(metric, targets.get(str(target)), (*path, "metric"), data, document)
        yield from _threshold(criterion, path, document)


def _named(criterion: dict[str, Any], path: Path, document: Document) -> Iterator[SpecError]:
    """A criterion that is named says by itself what is measured, and what decides."""
    reference = criterion["criterion"]
    if isinstance(reference, str) and not REFERENCE.fullmatch(reference):
        message = f"'{reference}' is no reference of a success criterion"
        close = REFERENCE.fullmatch(f"C-{reference.strip().lstrip('cC-')}")
        yield document.error((*path, "criterion"), message, f"write {close[0]}" if close else "such as C-2")
    for key in ("metric", "at_least", "at_most"):
        if criterion.get(key) is not None:
            message = "a named criterion says this itself"
            hint = f"leave {key} out, or leave the criterion out and say metric and threshold"
            yield document.error((*path, key), message, hint, at_key=True)


def _metric(
    metric: str, kind: str | None, path: Path, data: dict[str, Any], document: Document
) -> Iterator[SpecError]:
    kinds, complete = _scorer_kinds(data)
    known = [*scorer_names(kinds), *ALWAYS]
    if kind in ("recorded", "baseline"):
        if metric in OF_CALLS:
            yield document.error(path, f"a {kind} target is not called, so it has no {metric}")
            return
        known = [name for name in known if name not in OF_CALLS]
    if metric not in known and (complete or metric not in METRICS):
        yield document.error(path, f"nothing in this spec measures '{metric}'", nearest(metric, known))


def _threshold(criterion: dict[str, Any], path: Path, document: Document) -> Iterator[SpecError]:
    given = [key for key in ("at_least", "at_most") if criterion.get(key) is not None]
    if len(given) != 1 and not any((*path, key) in document.broken for key in ("at_least", "at_most")):
        yield document.error(path, "needs exactly one of at_least and at_most", f"found {len(given)}")
    for key in given:
        value, metric = criterion[key], criterion.get("metric")
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        try:
            is_share = facts_of(str(metric)).is_share
        except KeyError:
            continue
        if is_share and not 0 <= value <= 1:
            hint = f"did you mean {value / 100:g}?" if 1 < value <= 100 else ""
            yield document.error((*path, key), f"{value:g} is not a share between 0 and 1", hint)
        elif value < 0:
            yield document.error((*path, key), "must be at least 0")
