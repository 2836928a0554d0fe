"""A run that stopped says what to do next, whatever the code."""

import pytest

from apps.dataplane.contract.errors import CODES
from apps.pilots.models import Run
from apps.pilots.presenters.runs import trouble_of
from apps.pilots.rules.advice import advice


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_advice_of_its_own(code: str) -> None:
    found = advice(code)
    assert len(found.where) > 10
    assert len(found.do) > 30
    assert len(found.ask) > 10
    assert found.next
    assert [other for other in CODES if advice(other).do == found.do] == [code]


def test_advice_on_what_no_code_says_is_none() -> None:
    assert advice("") == advice("something else")
    assert advice("").do == ""


def test_a_dead_endpoint_is_told_by_its_cause() -> None:
    run = Run(
        state="failed", reason="endpoint_dead", reason_facts={"target": "small", "cause": "unauthorized"}
    )
    trouble = trouble_of(run)
    assert trouble.text == CODES["endpoint_dead"]
    assert ("cause", CODES["unauthorized"]) in trouble.facts
    assert "fieldwork-site secret" in trouble.advice
    run.reason_facts = {"cause": "something new"}
    assert trouble_of(run).advice == advice("endpoint_dead").do


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({"state": "failed", "reason": "source_changed"}, "anew"),
        ({"state": "failed", "reason": "source_missing_column"}, "again"),
        ({"state": "failed", "reason": "source_ragged"}, "resume"),
        ({"state": "done", "partial": "cost_cap"}, "again"),
        ({"state": "done", "partial": "time_limit"}, "resume"),
        ({"state": "cancelled"}, "resume"),
        ({"state": "done"}, ""),
    ],
)
def test_the_next_step_fits_the_trouble(fields: dict, step: str) -> None:
    assert trouble_of(Run(**fields)).next == step
