"""What the insurer wants solved."""

from datetime import date

from ..scope import Scope, candidate

SCOPE = Scope(
    candidates=(
        candidate(
            "Sort customers' mail into the team that settles it",
            "Mail sits in one inbox until somebody has time to sort it.",
            ("Open the mail", "Clerk", "Shared inbox", 0.5),
            ("Read it and choose a category", "Clerk", "Shared inbox", 2),
            ("File it under the claim", "Clerk", "Claims system", 1.5),
            real_problem="The same team sorts and settles, so that on busy days sorting waits and everybody waits "
            "with it.",
            sufferers="Customers with a claim; eleven people in the mail team.",
            volume=(18000, "measured"),
            minutes=(4, "measured"),
            exceptions="Mail in French; mail with two concerns.",
            limits="The claims system takes categories, nothing else.",
            compliance="Whoever decides about a claim is a person.",
            business_owner_name="Head of claims mail",
            value=(5, "Eleven people sort for two hours a day"),
            feasibility=(5, "Every mail of four years carries the category it was settled under"),
            risk=(2, "A wrong category costs a day, and never a claim"),
        ),
        candidate(
            "Propose an answer to each mail",
            "Answers take three days.",
            value=(4, "Faster answers are what customers ask for"),
            feasibility=(2, "Answers of the past contradict one another"),
            risk=(5, "An answer binds the insurer"),
            rejected="Its legal side is open; sorting has to work first.",
        ),
    ),
    picked="The most hours, the least risk, and years of labelled mail.",
    decider="Head of claims mail",
    vague="Customers notice the difference",
    given_up="Nobody at the insurer could say how it would be noticed; hours saved are measured instead.",
    baseline={
        "metric": "mail that today's keyword rules sort right",
        "value": 0.7,
        "unit": "share",
        "n": 800,
        "how": "The rules' category against the one the mail was settled under, on 800 mails.",
        "measured_on": date(2026, 3, 12),
        "basis": "measured",
    },
    assumption={
        "wording": "an hour of a clerk costs",
        "value": 38.0,
        "unit": "EUR",
        "basis": "estimated",
    },
)
