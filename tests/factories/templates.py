"""Templates, small and whole."""

from itertools import count
from typing import Any

from apps.accounts.models import User
from apps.engagements.models import Template
from apps.engagements.rules.templates import document
from apps.engagements.services import templates

from .people import make_user

_numbers = count(1)
CONTENT = """
phases:
  - stage: scoping
    gate_day: 10
    exit_criteria:
      - check: scoping.use-case-picked
      - attested: Label guide agreed
      - approval: Approved by the client
    milestones:
      - {title: Kick-off held, day: 1}
    actions:
      - title: Run the kick-off
        day: 1
        who: lead
        client_visible: true
        text: Who decides?
        checklist: [Owner named, Weekly slot set]
      - {title: Tidy up}
    risks:
      - {title: Labels are not reproducible, severity: high, likelihood: low, response: Measure agreement.}
    access_requests:
      - {title: Read-only access, asked_for: data, approver: data_owner, gate: connect, day: 14}
  - stage: connect
    gate_day: 20
    actions:
      - {title: Rotate the credential, day: 18}
success_criteria:
  - {title: Letters arrive, measured_by: pilot, metric: exact, direction: at_least}
"""


def plain_content(text: str = CONTENT) -> dict[str, Any]:
    """What is kept of a template's text."""
    found = document.read(text)
    assert not found.problems
    return dict(found.data)


def make_template(
    *, by: User | None = None, name: str = "", text: str = CONTENT, content: dict[str, Any] | None = None
) -> Template:
    """A template that somebody has saved; content: kept as it is, as an older Fieldwork might have."""
    from apps.engagements.selectors.templates import read_text

    _, _, read, problems = read_text(text)
    assert problems == []
    made = templates.add(
        by=by or make_user(), name=name or f"template {next(_numbers)}", description="", content=read
    )
    if content is not None:
        made.content = content
        made.save(update_fields=["content"])
    return made
