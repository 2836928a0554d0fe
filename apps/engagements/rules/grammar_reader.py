"""Reads a line of the log from front to back. Pure."""

import re
from dataclasses import replace
from datetime import date

from . import grammar_asked as asked
from . import grammar_dates as dates
from .excerpts import title_of
from .grammar_decisions import REJECTED, taken_apart
from .grammar_hours import HOURS, HOW, NoHours, total
from .grammar_parts import Handle, Parsed, Problem, Reference
from .grammar_words import APPROVERS, COMMANDS, LEVELS, Command, asked_for, meant_level, nearest
from .items import KIND_OF_PREFIX, PREFIXES
from .masked import masked
from .mentions import HANDLE
from .tags import LONGEST, MOST, TAG

TEXT = 20_000  # characters
_COMMAND = re.compile(r"\s*/(?P<word>[a-z][\w-]*)?:?(?=\s|\Z)", re.IGNORECASE)
_ESCAPE = re.compile(r"\s*(?P<slash>/)/")
_AUDIENCE = re.compile(r"(?<!\S)!(?P<who>client|internal)(?=[\s.,;]|\Z)", re.IGNORECASE)
REFERENCE = re.compile(
    rf"(?<![\w/#.-])(?P<prefix>[{''.join(PREFIXES.values())}])-(?P<number>\d{{1,6}})(?![\w-])"
)
_UNKEPT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_WORD = re.compile(r"\S+")
_BLOT = "\ufffd"  # in place of what is read already


class Reader:
    """Reads one line. cuts: the spans that do not stay in the text."""

    def __init__(self, line: str, today: date) -> None:
        self.line, self.today = line, today
        self.found = Parsed(line)
        self.cuts: list[tuple[int, int]] = []
        self.seen = masked(line)

    def read(self) -> Parsed:
        found = self.found
        if len(self.line) > TEXT:  # nothing else is asked of a line that is not kept
            found.text, found.title = self.line, title_of(self.line[:TEXT])
            wrong = f"This has {len(self.line):,} characters; at most {TEXT:,} are kept."
            self._wrong(TEXT, len(self.line), wrong, "Attach it as a file, or write several lines.")
            return found
        command, head = self._command()
        found.kind, found.entry_kind = command.kind, command.entry_kind
        self._named(command)
        end = self._head(command, head)
        self._around(command, end)
        found.text = self._kept()
        if command.entry_kind == "decision":
            self._decide()
        found.title = title_of(found.text)
        self._complete(command)
        found.problems.sort(key=lambda one: (one.start, one.end))
        return found

    def _command(self) -> tuple[Command, int]:
        """The command, and where it ends."""
        note = COMMANDS["note"]
        if escaped := _ESCAPE.match(self.seen):
            self.cuts.append(escaped.span("slash"))
            return note, escaped.end()
        named = _COMMAND.match(self.seen)
        if not named or (not named["word"] and self.line.strip() != "/"):
            return note, 0
        start = self.line.index("/")
        word = (named["word"] or "").lower()
        if word in COMMANDS:
            self.cuts.append((0, named.end()))
            return COMMANDS[word], named.end()
        near = nearest(word, COMMANDS) if word else ""
        meant = f"Did you mean /{near}?" if near else f"There are {', '.join(f'/{one}' for one in COMMANDS)}."
        wrong = f"There is no /{word}." if word else "Say what it is."
        self._wrong(
            start, named.end(), wrong, f"{meant} A text that begins with a slash is written with two."
        )
        return note, named.end()

    def _named(self, command: Command) -> None:
        """Which gate waits, and whom it is asked of; what names them is nothing else any more."""
        for part in asked.NAMED.finditer(self.seen) if "gate" in command.takes else ():
            said = asked.named(part)
            kept = "gate" if part["key"].lower() == "for" else "asked_of"
            if getattr(self.found, kept):
                self.found.problems.append(asked.second(said, "gate" if kept == "gate" else "person to ask"))
            elif kept == "asked_of":
                self.found.asked_of = said
            elif not (stage := asked.gate_of(said)):
                self.found.problems.append(asked.no_gate(said))
            else:
                self.found.gate = stage
            self.cuts.append(part.span())
            self.seen = self.seen[: part.start()] + _BLOT * len(part.group()) + self.seen[part.end() :]

    def _head(self, command: Command, at: int) -> int:
        """Read the words in front that the command takes; returns where they end."""
        while word := _WORD.search(self.seen, at):
            end = self._head_word(command, word)
            if not end:
                break
            at = end
        return at

    def _head_word(self, command: Command, word: re.Match[str]) -> int:
        """Where the part of the head that begins with this word ends; 0 when it is none."""
        plain = word.group().rstrip(",:;")
        if plain and not plain.strip(_BLOT):
            return word.end()
        if TAG.match(self.seen, word.start()) or HOURS.fullmatch(plain) or _AUDIENCE.fullmatch(plain):
            return word.end()
        if "date" in command.takes and (day := dates.DATE.match(self.seen, word.start())):
            return self._date(day)
        if "owner" in command.takes and (handle := HANDLE.fullmatch(plain)):
            return self._owner(Handle(handle[1].lower(), *self._span(word, plain)), word.end())
        if "level" in command.takes and not self.found.level:
            return self._level(word, plain)
        if "approver" in command.takes and not self.found.approver:
            return self._approver(word, plain)
        return 0

    def _date(self, day: re.Match[str]) -> int:
        end = day.end() + (self.seen[day.end() : day.end() + 1] in {",", ":", ";"})
        if self.found.due:
            self._wrong(*day.span(), "This is a second date.", "Only one can be due.")
        self._due(day)
        self.cuts.append((day.start(), end))
        return end

    def _due(self, day: re.Match[str]) -> None:
        try:
            self.found.due = self.found.due or dates.date_of(day, self.today)
        except dates.NoDate as error:
            hint = f"Write a date to come: {dates.FORMS}. In backticks it is only text."
            self._wrong(*day.span(), str(error), hint)

    def _owner(self, handle: Handle, end: int) -> int:
        if self.found.owner:
            hint = "Make it two actions, or name the second person further behind."
            self._wrong(handle.start, handle.end, "An action has one owner.", hint)
        else:
            self.found.owner = handle
        self.cuts.append((handle.start, end))
        return end

    def _level(self, word: re.Match[str], plain: str) -> int:
        if plain.lower() in LEVELS:
            self.found.level = plain.lower()
            self.cuts.append(word.span())
            return word.end()
        if meant := meant_level(plain):
            hint = f"Did you mean {meant}? There are {', '.join(LEVELS)}."
            self._wrong(*self._span(word, plain), f"“{plain}” is no level.", hint)
        return 0

    def _approver(self, word: re.Match[str], plain: str) -> int:
        """An approver is named in front. It stays a word of the text ("security review of …") unless it is set
        off by a colon or by what is no word of the text (a date, !internal, for:pilot), or says nothing else ("it")."""
        if plain.lower() not in APPROVERS:
            return 0
        self.found.approver = APPROVERS[plain.lower()]
        follows = _WORD.search(self.seen, word.end())
        if word.group() != plain or plain.lower() == "it" or (follows and self._sets_off(follows)):
            self.cuts.append(word.span())
        return word.end()

    def _sets_off(self, word: re.Match[str]) -> bool:
        """Whether this word of an access request leaves the text, so that what stands before it stands alone."""
        plain = word.group().rstrip(",:;")
        dated = dates.DATE.match(self.seen, word.start())
        return bool(dated or _AUDIENCE.fullmatch(plain) or (plain and not plain.strip(_BLOT)))

    def _around(self, command: Command, head: int) -> None:
        """What may stand anywhere."""
        found = self.found
        for tag in TAG.finditer(self.seen):
            if len(tag["name"]) > LONGEST:
                self._wrong(*tag.span(), "This tag is too long.", f"A tag has at most {LONGEST} characters.")
            elif (name := tag["name"].lower()) not in found.tags and len(found.tags) < MOST:
                found.tags.append(name)
            elif name not in found.tags:
                self._wrong(*tag.span(), "This is one tag too many.", f"At most {MOST} are kept.")
                break
        self._audience(command)
        for named in HANDLE.finditer(self.seen, head):
            found.mentions.append(Handle(named[1].lower(), *named.span()))
        for named in REFERENCE.finditer(self.seen):
            kind = KIND_OF_PREFIX[named["prefix"]]
            found.references.append(Reference(kind, int(named["number"]), *named.span()))
        if "owner" in command.takes and not found.owner and found.mentions:
            found.owner = replace(found.mentions.pop(0), stays=True)
        if "date" in command.takes and not found.due:
            self._date_within(head)
        if command.kind == "entry":
            self._hours()

    def _audience(self, command: Command) -> None:
        """Who will see it: what the command says, unless the line says otherwise."""
        self.found.client_visible = command.for_client
        marks = list(_AUDIENCE.finditer(self.seen))
        said = {mark["who"].lower() for mark in marks}
        if len(said) > 1:
            hint = "Write one of !client and !internal."
            self._wrong(*marks[-1].span(), "This contradicts what the line says before.", hint)
        elif said:
            self.found.client_visible = "client" in said
        self.cuts += [mark.span() for mark in marks]

    def _date_within(self, head: int) -> None:
        """The first date of the sentence that is surely one; it stays in the text."""
        tail = self._tail()
        wrong = any(problem.start < head and problem.end <= head for problem in self.found.problems)
        for day in () if wrong else dates.DATE.finditer(self.seen, head):
            if dates.is_certain(day, self.seen, tail):
                self._due(day)
                if day["count"]:  # "+3d" says nothing to whoever reads it later
                    self.cuts.append(day.span())
                return

    def _tail(self) -> int:
        """Where the last word of the first line ends, tags and the like behind it left aside."""
        stop = self.seen.find("\n") % (len(self.seen) + 1)
        for word in reversed(list(_WORD.finditer(self.seen, 0, stop))):
            if word.group()[0] not in "#!@":
                return word.start() + len(word.group().rstrip(".,;!"))
        return stop

    def _hours(self) -> None:
        found = list(HOURS.finditer(self.seen))
        self.cuts += [one.span() for one in found]
        try:
            self.found.minutes = total(found) if found else None
        except NoHours as error:
            self._wrong(found[0].start(), found[-1].end(), str(error), HOW)

    def _decide(self) -> None:
        """Take a decision apart; its reason and what was rejected leave the text."""
        found = self.found
        found.text, found.reason, found.rejected = taken_apart(found.text)
        for start in (one.start() for one in REJECTED.finditer(self.seen)):
            said = REJECTED.match(self.seen, start)
            rest = self.seen[said.end() :].lstrip() if said else ""
            if said and (not rest or REJECTED.match(rest) or rest.startswith(";")):
                hint = "Such as “; rejected: live database because too slow”."
                self._wrong(start, said.end(), "Nothing is named as rejected.", hint)

    def _complete(self, command: Command) -> None:
        found, end = self.found, len(self.line)
        if not found.text and not any(problem.end >= end for problem in found.problems):
            self._wrong(end, end, f"Say {command.asks}.")
        if command.kind == "milestone" and not found.due and not found.problems:
            self._wrong(end, end, "A milestone needs its date.", f"Write {dates.FORMS}.")
        if command.kind == "access_request":
            found.asked = asked_for(found.text)
        if unkept := _UNKEPT.search(self.line):
            self._wrong(*unkept.span(), "This holds a character that cannot be shown.", "Leave it out.")

    def _kept(self) -> str:
        """The line without the cuts, nor the doubled spaces they would leave."""
        kept, at = "", 0
        for start, end in sorted(self.cuts):
            kept += self.line[at:start]
            at = max(at, end)
            while kept[-1:] in {"", " ", "\n"} and self.line[at : at + 1] == " ":
                at += 1
        return (kept + self.line[at:]).strip()

    def _span(self, word: re.Match[str], plain: str) -> tuple[int, int]:
        return word.start(), word.start() + len(plain)

    def _wrong(self, start: int, end: int, message: str, hint: str = "") -> None:
        self.found.problems.append(Problem(start, end, message, hint))
