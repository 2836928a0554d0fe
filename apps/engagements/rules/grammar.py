"""One line of the log, and what it will become. Pure decisions.

    /risk high The vendor may end the API #vendor        a risk of high severity
    /action @maria fri Send the contract                 an action of Maria's, due on Friday
    /decision Use the replica because it is quick; rejected: the live database because it is slow
    Called the bank !client 90m                          a note for the client, an hour and a half of work
    /milestone 1 dec Pilot results                       a milestone, which the client sees
    /access security !internal Review of the API         an access request that they do not see
    /access it for:pilot of:"Head of IT" VPN             one that the pilot's gate waits for, asked of that stakeholder

Milestones and access requests are promised to the client and asked of them, and are therefore theirs to see unless
a line says !internal; everything else is internal unless it says !client. The forms begin alike.

What becomes a field of its own (the command, the words in front, the hours, for:, of:, !client, !internal) is taken
out of the text; tags, mentions and references stay in it, though not tags behind a decision's reasons. What stands
in backticks, and addresses of pages, are never grammar.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from .excerpts import TITLE, title_of
from .grammar_parts import Handle, Parsed, Problem, Reference, Rejected
from .grammar_reader import REFERENCE, TEXT, Reader
from .grammar_words import COMMANDS
from .items import PREFIXES, reference_of
from .masked import masked
from .mentions import ONLY_TEXT, Named, amiss

__all__ = [
    "COMMANDS",
    "REFERENCE",
    "TEXT",
    "TITLE",
    "Handle",
    "Parsed",
    "Problem",
    "Reference",
    "Rejected",
    "for_client",
    "judge",
    "masked",
    "parse",
    "segments",
    "title_of",
]


def parse(line: str, *, today: date) -> Parsed:
    """What a line becomes, seen from `today` in the zone of whoever writes. Never fails: what cannot be
    understood stands in `problems`, and all of the text is kept."""
    return Reader(line.replace("\r\n", "\n").replace("\r", "\n"), today).read()


def for_client(kind: str) -> bool:
    """Whether the client sees things of that kind unless a line says otherwise."""
    return any(command.kind == kind and command.for_client for command in COMMANDS.values())


def segments(parsed: Parsed) -> Iterator[tuple[str, Problem | None]]:
    """The line in parts, those with a problem marked; together they are the line."""
    at = 0
    for problem in sorted(parsed.problems, key=lambda one: (one.start, one.end)):
        if problem.start >= at and problem.end > problem.start:
            yield parsed.line[at : problem.start], None
            yield parsed.line[problem.start : problem.end], problem
            at = problem.end
    yield parsed.line[at:], None


def judge(
    parsed: Parsed, *, people: Sequence[Named], known: Collection[tuple[str, int]], last: Mapping[str, int]
) -> list[Problem]:
    """What of a line does not exist. people: whom an @ may stand for; known: (kind, number) of the items of
    which the line speaks and which there are; last: of their kinds, the highest number."""
    owner = [(parsed.owner, parsed.owner.stays)] if parsed.owner else []
    handles = [*owner, *((handle, True) for handle in parsed.mentions)]
    wrong = [found for handle, passable in handles if (found := _nobody(handle, people, passable=passable))]
    missing = [one for one in parsed.references if (one.kind, one.number) not in known]
    return [*wrong, *(_nothing(one, last.get(one.kind, 0)) for one in missing)]


def _nobody(handle: Handle, people: Sequence[Named], *, passable: bool) -> Problem | None:
    """What is wrong with an @ that stands for nobody, or for more than one."""
    said = amiss(handle.name, people)
    hint = ONLY_TEXT if passable else ""
    return Problem(handle.start, handle.end, said, hint, passable) if said else None


def _nothing(one: Reference, last: int) -> Problem:
    """What is wrong with a reference to an item that does not exist."""
    wrong = f"There is no {reference_of(one.kind, one.number)} on this engagement."
    hint = (
        f"The last one is {PREFIXES[one.kind]}-{last}." if last else f"It has no {PREFIXES[one.kind]}-1 yet."
    )
    return Problem(one.start, one.end, wrong, f"{hint} In backticks it is only text.")
