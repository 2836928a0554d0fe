"""What was written down at the freight firm; nothing is picked, and time goes by."""

from ..models import Chapter
from ..note import Notes, action, line, milestone, raid, request, risk, stakeholder

NOTES: Notes = {
    Chapter.SCOPING: (
        stakeholder(
            "Chief operating officer", 21, "high", "neutral", sponsor=True, text="Has half an hour a month."
        ),
        stakeholder("Head of dispatch", 21, "high", "champion"),
        stakeholder(
            "Head of the western depots", 20, "medium", "opponent", text="Fears a ranking of depots."
        ),
        stakeholder("Administrator of the transport system", 19, "low", "supporter", name="transport"),
        request(
            "What drivers wrote about failed deliveries, with the booked cause",
            19,
            "data",
            "it",
            answered=13,
            refers={"asked_of": "transport"},
        ),
        line(
            "/meeting First call with dispatch: one delivery in nine fails, nobody can say why !client 1h", 21
        ),
        line("/meeting Rode along on a tour out of one depot; eleven stops, two failed #process 6h", 18),
        line(
            "/learning Drivers write for the next driver, not for the office: place names, gates, dogs #process",
            17,
        ),
        line(
            "/decision !client Look at causes before anything is predicted #scope because what is booked today "
            "cannot be trusted; rejected: predicting failures at once because drivers write after the fact; "
            "rejected: a new form on the handheld because drivers would not fill it in",
            15,
        ),
        risk(
            "Depots take the work for a ranking and stop booking honestly",
            15,
            "high",
            "Figures are shown over all depots only, until the depots ask for theirs.",
            name="ranking",
        ),
        action("Read 100 exceptions together with a depot clerk", 14, state="done"),
        action("Ask dispatch how a cause is chosen when two fit", 14, state="done", visible=True),
        milestone("Rows read, and their gaps known", 13, 4, state="reached"),
    ),
    Chapter.PILOT: (
        line(
            "One row in twenty has no depot, and one in a hundred no cause; both were counted #data 1h30m", 11
        ),
        line("/learning About half of what is booked could have been found by a keyword #baseline 2h", 10),
        raid(
            "issue",
            "Two causes are used for the same thing: late, and not at home after closing time",
            10,
            client_visible=True,
        ),
        raid(
            "assumption",
            "Handhelds keep the drivers' text for a year",
            9,
            "To be asked of the administrator.",
        ),
        action("Agree with dispatch on one meaning for each cause", 9, 5, visible=True, owner="viewer"),
        request(
            "Two hours of the western depots' clerks, to label 200 rows",
            9,
            "people",
            "business",
            owner="viewer",
            holds_up="scoping",
            name="clerks",
        ),
        line(
            "/blocker {clerks} waits for the head of the western depots; no second label until then #labels",
            7,
        ),
        milestone("A use case is picked", 9, 10),
        milestone("Pilot begins", 9, 30),
    ),
    Chapter.LIVE: (
        risk("Dispatch changes the causes while they are being learned", 4, "high", client_visible=True),
        line(
            "/meeting Monthly with the chief operating officer: asks for one figure, not four #sponsor 30m", 3
        ),
        line("Sent both candidates and their scores to dispatch; a pick is due !client #scope 45m", 2),
        action("Prepare the pick: both candidates on one page", 2, 3, state="doing"),
        action("Ask the administrator how long texts are kept", 2, 8),
    ),
}
