import pytest

from apps.dataplane.contract import envelope, plan
from apps.dispatch import bell
from apps.dispatch.models import Plan
from apps.dispatch.services import ledger, sites
from tests.dispatch.acting import ActedSite


@pytest.fixture
def acted(db, monkeypatch) -> ActedSite:
    """An enrolled site that has been heard of, and gets what is sent to it."""
    key = envelope.new_key()
    site = sites.enroll(by=None, name="acted", client=None)
    sites.introduce(by=None, site=site, public_key=envelope.public_text(key))
    acted = ActedSite(site, key)
    monkeypatch.setattr(bell, "ring", acted.hear)
    assert acted.beat() == "heard"
    return acted


@pytest.fixture
def laid_out(acted) -> Plan:
    """A plan of two targets at the acted site."""
    body = plan.Plan(
        run="6f1c1f0e-5a0e-4d6e-9d57-000000000001",
        dataset=plan.Dataset(source=plan.CsvSource(path="/data/rows.csv"), input=("text",)),
        targets=(
            plan.RecordedTarget(name="old", column="old"),
            plan.RecordedTarget(name="new", column="new"),
        ),
    )
    return ledger.lay_out(site=acted.site, body=body)
