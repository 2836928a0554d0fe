"""What a page says of a pack that waits."""

from typing import Any

from .models import PackImport

NAMES = 12  # people who are named; of the others the number is told
_PEOPLE = (
    ("matched", "Known here, unchanged"),
    ("closed", "Unknown here, a closed account each"),
    ("members", "Members here too"),
    ("no members", "Members there, no access here"),
)


def summary_of(waiting: PackImport) -> dict[str, Any]:
    """What the check has found, in words; nothing before it."""
    looked = waiting.looked
    if not looked:
        return {}
    people = [
        {
            "words": words,
            "number": len(names),
            "names": sorted(names)[:NAMES],
            "others": max(0, len(names) - NAMES),
        }
        for key, words in _PEOPLE
        if (names := looked["told"].get(key))
    ]
    counts = [
        (name.replace("-", " ").capitalize(), number) for name, number in sorted(looked["counts"].items())
    ]
    known = looked["told"].get("client") == ["there is"]
    return {**looked, "people": people, "counted": counts, "client_known": known}


def words_of(noun: str) -> str:
    """A noun of a pack as a person reads it."""
    said = noun.replace("-", " ").capitalize()
    return {"log": "Log entries", "raid": "RAID items", "criteria": "Success criteria"}.get(noun, said)
