"""The words that trackers and spreadsheets use for what Fieldwork calls otherwise, in English and German. Pure."""

from collections.abc import Mapping

# What somebody means by a state, whatever its kind.
STATES: Mapping[str, tuple[str, ...]] = {
    "open": (
        "open", "new", "to do", "todo", "backlog", "not started", "planned", "draft", "triage", "identified",
        "active",
        "on hold", "waiting", "blocked", "pending", "paused", "upcoming", "on track", "at risk", "off track",
        "reopened",
        "offen", "neu", "geplant", "nicht begonnen", "nicht gestartet", "wartet", "pausiert", "blockiert",
        "aktiv", "no",
        "false", "nein", "falsch", "selected for development", "unstarted",
    ),
    "doing": (
        "doing", "in progress", "started", "wip", "working on it", "in review", "review", "ongoing",
        "in arbeit",
        "in bearbeitung", "begonnen", "läuft", "gestartet", "laufend", "in prüfung", "late", "verspätet",
        "monitoring",
        "in mitigation",
    ),
    "done": (
        "done", "completed", "complete", "closed", "resolved", "finished", "fixed", "erledigt", "fertig",
        "abgeschlossen",
        "geschlossen", "gelöst", "behoben", "yes", "true", "ja", "wahr", "x", "✓", "✔", "achieved",
        "delivered", "shipped",
    ),
    "dropped": (
        "dropped", "cancelled", "canceled", "won't do", "wont do", "won't fix", "abandoned", "rejected",
        "duplicate",
        "obsolete", "verworfen", "abgebrochen", "storniert", "entfällt", "entfallen", "gestrichen",
    ),
    "mitigated": ("mitigated", "reduced", "under control", "gemindert", "mitigiert", "entschärft",
    "eingedämmt"),
    "occurred": ("occurred", "materialised", "materialized", "happened", "eingetreten"),
    "confirmed": ("confirmed", "validated", "true", "holds", "bestätigt", "validiert"),
    "refuted": ("refuted", "invalidated", "invalid", "false", "widerlegt"),
    "met": ("met", "fulfilled", "received", "erfüllt", "erhalten"),
    "broken": ("broken", "failed", "missed", "nicht erfüllt", "gebrochen"),
    "reached": ("reached", "hit", "erreicht"),
}  # fmt: skip
# kind → what is meant → the state that it has here. What is missing has no state of that kind.
STATE_OF: Mapping[str, Mapping[str, str]] = {
    "action": {"open": "open", "doing": "doing", "done": "done", "dropped": "dropped"},
    "risk": {
        "mitigated": "mitigated", "occurred": "occurred", "open": "open", "doing": "open", "done": "closed",
        "dropped": "closed",
    },
    "assumption": {"confirmed": "confirmed", "refuted": "refuted", "open": "open", "doing": "open"},
    "issue": {"open": "open", "doing": "open", "done": "resolved", "dropped": "resolved"},
    "dependency": {"met": "met", "broken": "broken", "open": "open", "doing": "open", "done": "met"},
    "milestone": {
        "reached": "reached", "open": "planned", "doing": "planned", "done": "reached", "dropped": "dropped",
    },
    "entry": {"open": "open", "doing": "open", "done": "resolved", "dropped": "resolved"},
}  # fmt: skip
LEVELS: Mapping[str, tuple[str, ...]] = {
    "low": (
        "low", "l", "minor", "lowest", "very low", "trivial", "negligible", "insignificant", "unlikely",
        "rare", "remote",
        "niedrig", "gering", "sehr gering", "sehr niedrig", "klein", "unwahrscheinlich", "selten", "tief",
        "no priority",
        "very unlikely", "green", "grün",
    ),
    "medium": (
        "medium", "m", "moderate", "normal", "possible", "med", "mittel", "mässig", "mäßig", "möglich",
        "average",
        "important", "amber", "yellow", "gelb",
    ),
    "high": (
        "high", "h", "major", "severe", "critical", "highest", "very high", "urgent", "catastrophic",
        "extreme", "likely",
        "very likely", "almost certain", "certain", "probable", "hoch", "sehr hoch", "kritisch", "gross",
        "groß", "schwer",
        "wahrscheinlich", "sehr wahrscheinlich", "sicher", "blocker", "red", "rot",
    ),
}  # fmt: skip
RAID: Mapping[str, tuple[str, ...]] = {
    "risk": ("risk", "r", "risks", "risiko", "risiken"),
    "assumption": ("assumption", "a", "assumptions", "annahme", "annahmen"),
    "issue": ("issue", "i", "issues", "problem", "probleme", "bug", "problempunkt"),
    "dependency": ("dependency", "d", "dependencies", "abhängigkeit", "abhängigkeiten"),
}
ENTRIES: Mapping[str, tuple[str, ...]] = {
    "note": (
        "note",
        "notes",
        "notiz",
        "info",
        "information",
        "comment",
        "kommentar",
        "task",
        "work",
        "arbeit",
    ),
    "decision": ("decision", "decisions", "entscheidung", "beschluss", "entscheid"),
    "meeting": ("meeting", "meetings", "call", "workshop", "besprechung", "termin", "sitzung", "telefonat"),
    "blocker": ("blocker", "blocked", "impediment", "hindernis", "blockade"),
    "learning": ("learning", "learnings", "lesson", "lesson learned", "insight", "erkenntnis", "lerneffekt"),
    "change": ("change", "changes", "change request", "änderung", "anpassung"),
}
YES = frozenset(
    {
        "yes",
        "y",
        "true",
        "t",
        "1",
        "x",
        "✓",
        "✔",
        "ja",
        "j",
        "wahr",
        "on",
        "client",
        "external",
        "extern",
        "public",
    }
)
NO = frozenset(
    {
        "",
        "no",
        "n",
        "false",
        "f",
        "0",
        "-",
        "–",
        "nein",
        "falsch",
        "off",
        "internal",
        "intern",
        "private",
        "team",
    }
)


def meaning(words: Mapping[str, tuple[str, ...]], said: str) -> str:
    """What a word stands for; empty when it is unknown."""
    return next((meant for meant, known in words.items() if said in known), "")
