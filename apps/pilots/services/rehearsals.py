"""Dry runs: the first prompts of a spec, made at the site, calling nobody."""

from uuid import uuid4

from django.db import transaction

from apps.accounts.models import User
from apps.dataplane.contract.messages import Operation
from apps.dispatch.models import Inquiry
from apps.dispatch.selectors import site_for
from apps.dispatch.services import inquiries
from apps.engagements.models import Engagement

from .. import spec
from ..models import Evaluation
from . import authoring


@transaction.atomic
def rehearse(
    *, by: User | None, engagement: Engagement, pilot: spec.PilotSpec, base: Evaluation | None = None
) -> Inquiry:
    """Ask the engagement's site for the first prompts of a spec, saved or not. base: the version that it is, or that it
    changes. Raises Refused without a site, and for files that this person could not name in a version either."""
    authoring.refuse_others_files(by=by, engagement=engagement, pilot=pilot, before=base)
    return inquiries.ask(
        by=by,
        site=site_for(engagement.client),
        operation=Operation.REHEARSE,
        body=spec.to_plan(pilot, str(uuid4())),
        engagement=engagement,
    )
