from django.apps import AppConfig


class ScopingConfig(AppConfig):
    name = "apps.scoping"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.engagements import accountable, approvals, checks, itempages
        from apps.engagements.services.items import follow
        from apps.engagements.services.moves import keep_while

        from . import evidence, gatekeeping, template_parts
        from .models import SuccessCriterion
        from .presenters import middles, use_cases
        from .services.use_cases import why_kept

        evidence.register("hand", evidence.by_hand)
        approvals.register_digest("criterion", gatekeeping.approvable, gatekeeping.approved_facts)
        follow("criterion", SuccessCriterion, gatekeeping.follow_criterion)
        keep_while("use_case", why_kept)
        itempages.register_route("criterion", "scoping:criterion")
        itempages.register_route("use_case", "scoping:use-case")
        itempages.register(
            "criterion", "scoping/_criterion_middle.html", middles.criterion, "scoping:criterion-edit"
        )
        itempages.register("use_case", "scoping/_use_case_middle.html")
        checks.register_criterion(gatekeeping.criterion_met)
        accountable.register("business owners", use_cases.business_owners)
        template_parts.register()
        _register_checks()
        _register_tabs()


def _register_checks() -> None:
    from apps.engagements import checks

    from . import gatekeeping as ask

    picked, stated, met = (
        "A use case is picked, with business owner and baseline",
        "Success criteria are stated, none of them vague",
        "The pilot meets every success criterion",
    )
    # what they say may speak of use cases and criteria that are internal
    for order, name, title, asked, stage in (
        (10, "use-case-picked", picked, ask.use_case_picked, "scoping"),
        (20, "criteria-stated", stated, ask.criteria_stated, "scoping"),
        (30, "criteria-met", met, ask.criteria_met, "pilot"),
    ):
        checks.register(f"scoping.{name}", title, asked, stages=[stage], order=order, client_visible=False)


def _register_tabs() -> None:
    from apps.accounts.access import EVERYONE
    from apps.engagements import panels

    sections = [f"use-case-{section}" for section in ("problem", "process", "limits", "score", "owner")]
    parts = [
        "baseline-new",
        "baseline",
        "baseline-remove",
        "assumption-new",
        "assumption",
        "assumption-remove",
    ]
    use_cases = ["use-case", "use-case-new", "compare", *sections, *parts]
    criteria = ["criterion", "criterion-new", "criterion-edit", "criterion-drop", "criterion-measure"]
    for order, name, route, covers, kind in (
        (10, "Use cases", "use-cases", use_cases, "use_case"),
        (12, "Criteria", "criteria", criteria, "criterion"),
        (14, "Thread", "thread", [], ""),
    ):
        panels.register_tab(
            order,
            name,
            f"scoping:{route}",
            audience=EVERYONE,
            covers=[f"scoping:{each}" for each in covers],
            group="Scope",
            kinds=[kind] if kind else (),
        )
