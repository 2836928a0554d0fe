"""A template's content as plain data, fit for JSON and YAML; `reading.read` gives back an equal one."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from . import content as shapes


def plain(content: shapes.Content) -> dict[str, Any]:
    """Without what is left at its default, and without phases that say nothing."""
    phases = [_told(phase) for phase in content.phases if not phase.is_empty]
    return {"phases": phases} | {name: [dict(row) for row in rows] for name, rows in content.parts.items()}


def _told(shape: Any) -> Any:
    if isinstance(shape, shapes.ExitCriterion):
        return _criterion(shape)
    if isinstance(shape, tuple):
        return [_told(one) for one in shape]
    if not hasattr(shape, "__dataclass_fields__"):
        return dict(shape) if isinstance(shape, Mapping) else shape
    return {
        each.name: _told(value)
        for each in fields(shape)
        if (value := getattr(shape, each.name)) != each.default
    }


def _criterion(one: shapes.ExitCriterion) -> dict[str, str]:
    if one.proof == "check":
        return {"check": one.check} | ({"title": one.title} if one.title else {})
    return {one.proof: one.title}
