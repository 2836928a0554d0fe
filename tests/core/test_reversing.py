"""A route that is reversed once leads where `reverse` leads."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.urls import get_script_prefix, reverse, set_script_prefix

from apps.core.reversing import reverse_row


@pytest.fixture
def below() -> Iterator[None]:
    """Everything lies below /tools/."""
    before = get_script_prefix()
    set_script_prefix("/tools/")
    yield
    set_script_prefix(before)


@pytest.mark.parametrize("route", ["items:detail", "engagements:detail", "overview:health"])
def test_each_row_gets_its_own_address(route: str) -> None:
    for pk in (uuid4(), uuid4()):
        assert reverse_row(route, pk) == reverse_row(route, str(pk)) == reverse(route, args=[pk])


def test_a_prefix_is_seen_though_the_route_was_known_without(below: None) -> None:
    pk = uuid4()
    assert reverse_row("items:detail", pk) == reverse("items:detail", args=[pk])
    assert reverse_row("items:detail", pk).startswith("/tools/")
