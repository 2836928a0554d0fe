"""What can be brought along, and which headings of the usual exports mean what. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DESCRIPTION = ("description", "beschreibung", "details", "notes", "notizen", "notiz", "text", "bemerkung",
    "bemerkungen",
               "comments", "kommentar", "anmerkung", "body")  # fmt: skip


@dataclass(frozen=True)
class Field:
    """reads: how its cells are read (`cells`); headings: what it is called elsewhere, the surest first; example: a
    cell of it in the file that shows how."""

    name: str
    label: str
    reads: str
    headings: tuple[str, ...]
    required: bool = False
    example: str = ""


def _title(*first: str) -> Field:
    words = (*first, "title", "summary", "name", "task name", "task", "subject", "titel", "zusammenfassung",
        "bezeichnung",
             "thema", "betreff", "item", *DESCRIPTION)  # fmt: skip
    return Field("title", "Title", "title", words, required=True)


def _text(*first: str) -> Field:
    return Field("text", "Text", "text", (*first, *DESCRIPTION))


OWNER = Field(
    "owner", "Owner", "person",
    ("owner", "assignee", "assigned to", "responsible", "verantwortlich", "verantwortlicher", "verantwortliche",
     "zuständig", "zugewiesen an", "zugewiesen", "bearbeiter", "action owner", "risk owner", "issue owner",
     "accountable",
     "besitzer", "wer", "who"), example="maria@example.com",
)  # fmt: skip
DUE = Field(
    "due", "Due", "day",
    ("due", "due date", "deadline", "target date", "fällig", "fällig am", "fälligkeit", "fälligkeitsdatum",
     "termin",
     "frist", "bis", "bis wann", "zieldatum", "target", "finish date", "finish", "end date", "enddatum", "ende",
     "target completion date", "when", "date", "datum"), example="2026-12-31",
)  # fmt: skip
STATE = Field(
    "state", "State", "state",
    ("state", "status", "progress", "fortschritt", "stand", "zustand", "section column", "complete", "done",
     "erledigt"),
    example="in progress",
)  # fmt: skip
TAGS = Field(
    "tags", "Tags", "tags",
    ("tags", "labels", "label", "tag", "schlagworte", "schlagwörter", "stichworte", "bucket name", "category",
     "kategorie"),
    example="data, security",
)  # fmt: skip
SHOWN = Field(
    "client_visible", "Client-visible", "yes",
    ("client visible", "visible to client", "visible to the client", "shown to client", "kundensichtbar",
     "für kunden sichtbar", "sichtbar für kunden", "external", "extern"), example="no",
)  # fmt: skip
OPENED = Field(
    "opened", "Raised on", "moment",
    ("raised on", "created", "created at", "created date", "date raised", "raised", "date created",
     "date identified",
     "identified on", "erstellt", "erstellt am", "erfasst am", "gemeldet am", "opened", "date opened"),
    example="2026-11-02",
)  # fmt: skip
CLOSED = Field(
    "closed", "Closed on", "moment",
    ("closed on", "completed at", "completed", "completed date", "resolved", "closed", "date closed",
     "closed at",
     "done on", "erledigt am", "abgeschlossen am", "geschlossen am", "completed on", "date completed"),
)  # fmt: skip
SORTS: Mapping[str, tuple[Field, ...]] = {
    "actions": (
        _title("action", "action item", "aufgabe", "massnahme", "maßnahme", "to do", "todo"),
        _text(), OWNER, DUE, STATE, TAGS, SHOWN, OPENED, CLOSED,
    ),
    "risks": (
        _title("risk", "risiko", "risk title", "raid item", "risk description", "risikobeschreibung", "issue"),
        _text("ursache", "cause"),
        Field("kind", "Kind", "raid", ("kind", "type", "raid type", "raid", "typ", "art",
            "issue type"), example="risk"),
        Field("severity", "Severity", "level",
              ("severity", "impact", "auswirkung", "auswirkungen", "schwere", "schweregrad", "schadenshöhe",
               "schadensausmass", "schadensausmaß", "ausmass", "consequence", "priority",
               "priorität"), example="high"),
        Field("likelihood", "Likelihood", "level",
              ("likelihood", "probability", "eintrittswahrscheinlichkeit", "wahrscheinlichkeit", "chance"),
              example="30 %"),
        Field("response", "Response", "text",
              ("response", "mitigation", "mitigation plan", "mitigation strategy", "massnahme", "maßnahme",
               "massnahmen",
               "maßnahmen", "gegenmassnahme", "gegenmaßnahme", "contingency", "action plan", "treatment",
               "resolution",
               "action", "reaktion"), example="Ask for a second review"),
        OWNER, DUE, STATE, TAGS, SHOWN, OPENED, CLOSED,
    ),
    "milestones": (
        _title("milestone", "meilenstein"),
        _text(),
        Field("due", "Due", "day", DUE.headings, required=True, example="2026-12-31"),
        Field("promised", "Promised first", "day",
              ("promised first", "promised", "baseline finish", "baseline", "baseline date", "baseline end",
               "original date", "original due date", "planned date", "planned", "ursprünglich",
               "ursprünglicher termin",
               "plantermin", "zugesagt", "plan", "soll")),
        Field("reached_on", "Reached on", "day",
              ("reached on", "reached", "actual finish", "actual date", "actual", "completed at", "completed",
               "completed date", "erreicht am", "erreicht", "ist", "ist termin", "abgeschlossen am")),
        STATE, OWNER, TAGS, SHOWN,
    ),
    "log": (
        Field("at", "When", "moment",
              ("when", "date", "datum", "day", "tag", "time", "timestamp", "zeitpunkt", "wann", "started",
               "start date",
               "created", "created at", "erstellt am"), example="2026-11-02 14:30"),
        Field("text", "Text", "text",
              ("text", "note", "entry", "eintrag", "comment", "notiz", "inhalt", "description",
               "beschreibung", "notes",
               "summary", "what", "was", "details", "subject", "title", "titel", "betreff"), required=True),
        Field("kind", "Kind", "entry", ("kind", "type", "typ", "art", "entry type"), example="meeting"),
        Field("by", "Written by", "person",
              ("written by", "author", "by", "created by", "creator", "who", "person", "user", "autor",
               "verfasser",
               "von", "wer", "erstellt von", "mitarbeiter", "name"), example="maria@example.com"),
        Field("hours", "Hours", "hours",
              ("hours", "time spent", "duration", "stunden", "dauer", "aufwand", "effort", "hours spent",
               "zeit", "std",
               "worked"), example="1:30"),
        Field("state", "State", "state", ("state", "status", "stand")), TAGS, SHOWN,
    ),
}  # fmt: skip
_CUSTOM = re.compile(r"custom field \((.+)\)", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_APART = re.compile(r"[\W_]+")


def fields_of(what: str) -> tuple[Field, ...]:
    """What the rows of an import of that sort may say."""
    return SORTS[what]


def guess(what: str, headings: Sequence[str]) -> dict[str, int]:
    """{field: place of its column}, as far as the headings give it away. What must be there is sought first, and no
    column is two things."""
    plain = [_plain(heading) for heading in headings]
    found: dict[str, int] = {}
    for field in sorted(SORTS[what], key=lambda field: not field.required):
        for word in field.headings:
            place = next(
                (n for n, said in enumerate(plain) if said == word and n not in found.values()), None
            )
            if place is not None:
                found[field.name] = place
                break
    return found


def _plain(heading: str) -> str:
    """Without brackets, signs and capitals; of a field of Jira's own making, what it is called."""
    custom = _CUSTOM.fullmatch(heading.strip())
    said = custom[1] if custom else heading
    return " ".join(_APART.sub(" ", _BRACKETS.sub(" ", said) or said).lower().split())
