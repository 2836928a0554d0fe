"""What was written down at the hospital."""

from ..models import Chapter
from ..note import Notes, action, line, milestone, raid, request, risk, stakeholder

NOTES: Notes = {
    Chapter.SCOPING: (
        stakeholder(
            "Medical director",
            34,
            "high",
            "supporter",
            sponsor=True,
            text="Wants a figure before the budget.",
        ),
        stakeholder("Head of the referral desk", 34, "high", "champion"),
        stakeholder(
            "Chair of the works council", 33, "high", "sceptic", text="Asks what is counted about each nurse."
        ),
        stakeholder("Head of IT operations", 33, "medium", "neutral", name="it"),
        request(
            "Two years of referral letters with the department that kept them",
            32,
            "data",
            "data_owner",
            answered=24,
            name="letters",
        ),
        line(
            "/meeting Kick-off with the medical director and the referral desk: waiting days are what counts, "
            "not hours saved !client #kick-off 1h30m",
            33,
        ),
        line(
            "/meeting Sat at the referral desk from seven to noon. Every third letter is forwarded a second time "
            "because it names two problems #process 5h",
            31,
        ),
        line(
            "/learning The rules for sorting are written down nowhere. Two nurses, asked separately, sent 4 of 20 "
            "letters to different departments #process #labels",
            30,
        ),
        line(
            "/decision !client Sort every letter to one department, the one that sees the patient first #scope "
            "because a second department can be asked by the first; rejected: two departments for a letter because "
            "the patient records take one; rejected: urgency as well because nobody has ever labelled it",
            28,
        ),
        risk(
            "Contacts of patients leave the hospital's network with the letters",
            28,
            "high",
            "The site runs inside of the network and redacts contacts before anything is sent.",
            client_visible=True,
            name="contacts",
            state="mitigated",
        ),
        raid(
            "dependency",
            "The works council agrees before a nurse sees a proposal",
            27,
            "On the agenda of its next meeting.",
            client_visible=True,
        ),
        action("Ask the works council what it needs to see", 27, state="done"),
        action("Count how many letters are written by hand", 26, state="done"),
        milestone("Use case and criteria agreed", 25, 3, state="reached"),
    ),
    Chapter.PILOT: (
        line("Letters are here: 2,400 rows with channel, language and department !client #data 45m", 15),
        line(
            "/learning A few letters carry the department that they were sent to first, not the one that kept them. "
            "The mistakes stay in: this is how good the labels are #labels 2h",
            14,
        ),
        line("/change The prompt names the departments now; the open one stays as version 1 #prompt 1h", 11),
        line(
            "/decision Run the small model beside the large one #models because it costs a tenth; rejected: the "
            "large one alone because nobody could say what its price buys",
            11,
        ),
        request(
            "Security review of the model's endpoint",
            12,
            "review",
            "security",
            owner="viewer",
            holds_up="pilot",
            name="review",
        ),
        line("/blocker No word on {review}; without it no nurse may see a proposal #security", 6),
        risk(
            "Letters that name two problems are sent to the wrong one of two departments",
            10,
            "high",
            client_visible=True,
        ),
        raid(
            "assumption",
            "Letters of the coming year read like those of the past two",
            10,
            "Repeat the evaluation on a month of new letters before going live.",
        ),
        action("Chase the security review by telephone", 6, 2, state="doing"),
        action(
            "Agree with the referral desk on which mistakes are worst", 5, 6, visible=True, owner="viewer"
        ),
        action("Show the works council what is counted, and what is not", 5, 9),
        milestone("Verdict of the pilot", 9, 12),
        milestone("Proposals at the referral desk, two nurses", 9, 40),
        request("Account for the patient records, to read only", 5, "account", "it", name="account"),
    ),
    Chapter.LIVE: (
        line(
            "/meeting Weekly with the referral desk: read twenty letters on which the models disagree #errors 1h",
            3,
        ),
        line("The desk asks to see why a letter was sent somewhere, not only where !client #wishes 15m", 2),
        action("Draft the page on the small model against the large one", 2, 5),
    ),
}
