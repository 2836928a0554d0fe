"""How a figure of some unit is written. Pure."""

from apps.core import figures

from .goals import SHARE

_KINDS = {SHARE: "percent", "ms": "milliseconds"}  # how `core.figures` writes a unit


def kind_of(unit: str) -> str:
    """How `core.figures` writes values of that unit."""
    return _KINDS.get(unit, "money" if unit.startswith("USD") else "number")


def suffix_of(unit: str) -> str:
    """What stands behind the number and is not said by it already."""
    if unit.startswith("USD"):
        return unit.removeprefix("USD").strip()
    return "" if unit in _KINDS else unit


def scaled(value: float, unit: str) -> tuple[float, str]:
    """What a percentage is in that unit, and the unit it is then kept in: 70 % of no unit is a share of 0.7. Raises
    ValueError with a sentence for a unit of which nothing is a percentage."""
    if unit in {"", SHARE}:
        return float(f"{value / 100:.15g}"), SHARE
    if unit.lower() in {"%", "percent", "per cent"}:
        return float(value), unit
    raise ValueError(
        f"{value:g} % is a share, but the unit is {unit}. Write the number without %, or take “{SHARE}”."
    )


def written(value: float | None, unit: str) -> str:
    """A value with its unit: 92.5 %, 1.4 s, $0.02 per 1,000 samples, 12 minutes."""
    text = figures.KINDS[kind_of(unit)](value)
    suffix = suffix_of(unit)
    return f"{text} {suffix}" if suffix and value is not None else text


def threshold_text(value: float, unit: str) -> str:
    """A threshold, exactly as it was said: never rounded so that it would read as another one."""
    if kind_of(unit) == "percent":
        return f"{value * 100:.6g}{figures.SPACE}%"
    if kind_of(unit) == "number":
        return " ".join(filter(None, [f"{value:,.10g}", suffix_of(unit)]))
    return written(value, unit)
