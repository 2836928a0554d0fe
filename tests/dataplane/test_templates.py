"""Placeholders are found where they stand, and nothing else is one."""

import pytest

from apps.dataplane.contract.templates import placeholders


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Say {{ text }} in {{language}}.", [("text", 4), ("language", 18)]),
        ("{{ Order no. }}", [("Order no.", 0)]),
        ("{{{ a }}}", [("a", 1)]),
        ("{{ }}", [("", 0)]),
        ('{"a": {"b": 1}} { a } {{ a }', []),
        ("", []),
    ],
)
def test_placeholders(text, found):
    assert placeholders(text) == found
