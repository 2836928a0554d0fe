"""What the hospital wants solved."""

from datetime import date

from ..scope import Scope, candidate

SCOPE = Scope(
    candidates=(
        candidate(
            "Send each referral letter to the right department",
            "Referral letters lie about for days before somebody deals with them.",
            ("Open the letter and stamp it", "Mail room", "", 1),
            ("Read it and decide on a department", "Desk nurse", "Outlook", 3),
            ("Forward it and note where it went", "Desk nurse", "Patient records", 2),
            real_problem="Nobody owns the rules by which letters are sorted. The desk learns them by asking around, "
            "and every third letter is forwarded twice.",
            sufferers="Patients who wait for an appointment; four nurses at the referral desk.",
            volume=(2400, "measured"),
            minutes=(6, "stated"),
            exceptions="One letter in twenty is written by hand; one in three names two problems.",
            limits="The patient records stay as they are.",
            compliance="No contact of a patient leaves the hospital's network; the works council has to agree.",
            business_owner_name="Head of the referral desk",
            value=(5, "Each letter sent astray costs a patient two days"),
            feasibility=(4, "Two years of letters are labelled with the department that kept them"),
            risk=(2, "A nurse sees every letter before an appointment is made"),
        ),
        candidate(
            "Answer calls about appointments",
            "The telephone rings all morning.",
            value=(3, "A third of the calls ask for a date that stands in a letter"),
            feasibility=(2, "Calls are not recorded, so that there is nothing to learn from"),
            risk=(4, "A wrong date sends a patient home"),
            rejected="Nothing is recorded that a pilot could be measured on.",
        ),
    ),
    picked="Measurable from the first day on, and every letter is seen by a nurse anyway.",
    decider="Head of the referral desk",
    vague="Nurses trust what is proposed",
    baseline={
        "metric": "letters sent to the right department at once",
        "value": 0.62,
        "unit": "share",
        "n": 400,
        "how": "Two nurses read 400 letters again and compared them with where they had been sent first.",
        "measured_on": date(2026, 5, 28),
        "basis": "measured",
    },
    assumption={
        "wording": "an hour of a desk nurse costs",
        "value": 41.0,
        "unit": "EUR",
        "basis": "stated",
        "source": "Controlling of the hospital",
    },
)
