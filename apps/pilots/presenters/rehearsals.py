"""A dry run as its panel lays it out."""

from dataclasses import dataclass
from typing import Any

from apps.dataplane.contract import errors
from apps.dataplane.contract.messages import RehearseReport
from apps.dataplane.contract.plan import Plan
from apps.dataplane.contract.privacy import Level
from apps.dispatch.models import Inquiry
from apps.dispatch.selectors import is_present


@dataclass(frozen=True)
class Shown:
    """One prompt: whose it is, how long, what of each field; its text as far as the level let it leave."""

    n: int
    target: str
    length: int
    fields: list[tuple[str, int]]
    text: str | None


def rehearsal_of(inquiry: Inquiry) -> dict[str, Any]:
    """Context of pilots/_rehearsal.html."""
    context: dict[str, Any] = {"inquiry": inquiry, "site": inquiry.plan.site}
    if inquiry.is_open:
        return {**context, "away": not is_present(inquiry.plan.site)}
    if inquiry.failure:
        failure = inquiry.failure
        facts = sorted((name.replace("_", " "), value) for name, value in failure["facts"].items())
        return {**context, "trouble": errors.text_of(failure["code"]), "facts": facts}
    report = RehearseReport.model_validate(inquiry.answer)
    targets = Plan.model_validate_json(inquiry.plan.body).targets
    prompts = [
        Shown(
            prompt.n + 1, targets[prompt.target].name, prompt.length, list(prompt.fields.items()), prompt.text
        )
        for prompt in report.prompts
    ]
    return {
        **context,
        "report": report,
        "prompts": prompts,
        "texts": report.level.includes(Level.REDACTED),
        "warnings": report.extent.warnings,
    }
