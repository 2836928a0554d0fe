"""Shapes of JSON that a page relies on. A shape is: a type; a tuple of shapes, any of which will do; a list of one
shape, for lists of it; a dict, for its names ("?" at the end of those that may be missing, "*" for every other one)."""

from typing import Any

Shape = Any
NUMBER = (int, float)
PLAIN = (str, int, float, bool, None)


def fits(value: Any, shape: Shape) -> bool:
    """Whether the value has that shape."""
    if isinstance(shape, tuple):
        return any(fits(value, one) for one in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(one, shape[0]) for one in value)
    if isinstance(shape, dict):
        return isinstance(value, dict) and _names_fit(value, shape)
    if shape is None:
        return value is None
    if shape is Any:
        return True
    return isinstance(value, shape) and (shape is bool or not isinstance(value, bool))


def _names_fit(value: dict[str, Any], shape: dict[str, Shape]) -> bool:
    known = {name.rstrip("?"): each for name, each in shape.items() if name != "*"}
    needed = {name for name in shape if name != "*" and not name.endswith("?")}
    if needed - value.keys():
        return False
    return all(
        fits(each, known[name]) if name in known else "*" in shape and fits(each, shape["*"])
        for name, each in value.items()
    )
