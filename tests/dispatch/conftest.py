import pytest

from apps.dataplane.contract import plan
from apps.dispatch.models import Plan
from apps.dispatch.services import ledger
from tests.factories.acting import acted

__all__ = ["acted"]


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
