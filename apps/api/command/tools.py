"""What a coding assistant can do, one method a tool; their docstrings and arguments are what it is told of them."""

from typing import Any

from mcp.server.mcpserver.exceptions import ToolError

from .asking import ask, every
from .choosing import of_log
from .memory import Memory
from .showing import as_json
from .stop import Stop

MOST = 50  # rows of one answer


class Tools:
    """The tools of one token. Each answers with JSON as text; what is wrong is said as the server says it."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def list_engagements(self, words: str = "") -> str:
        """List engagements whose name, or whose client's, holds the words; all without any."""
        return self._rows("engagements/", {"q": words}, ("id", "slug", "name", "client", "stage", "state"))

    def today(self) -> str:
        """What needs the person first, with reasons, and what is due to them."""
        return self._said(lambda: ask(self.memory, "GET", "today/"))

    def read_log(self, engagement: str = "", words: str = "", kind: str = "", number: int = 20) -> str:
        """Read an engagement's log, newest first. kind: note, decision, meeting, blocker, learning or change."""
        query = {"q": words, "kind": kind}
        return self._below(engagement, "log/", query, _ENTRY, number)

    def log(self, line: str, engagement: str = "") -> str:
        """Write one line into an engagement's log. It may begin with a command: /decision …, /risk high …,
        /action @handle fri …, /blocker …, /meeting …, /learning …; #tag, 2h of work. Without one it is a note. It stays
        internal unless it says !client."""

        def write() -> Any:
            pk, _ = of_log(self.memory, engagement)
            return ask(self.memory, "POST", f"engagements/{pk}/log/", body={"line": line})

        return self._said(write)

    def list_criteria(self, engagement: str = "") -> str:
        """List an engagement's success criteria: what decides, and how each stands."""
        return self._below(engagement, "criteria/", {}, (), MOST)

    def read_criterion(self, criterion: str) -> str:
        """Read one success criterion by its id: goal, decider, and the measurement that decides."""
        return self._said(lambda: ask(self.memory, "GET", f"criteria/{_id(criterion)}/"))

    def list_evaluations(self, engagement: str = "") -> str:
        """List an engagement's evaluations with how their latest runs came out."""
        return self._below(engagement, "evaluations/", {}, (), MOST)

    def start_run(self, evaluation: str, label: str = "") -> str:
        """Start a run of an evaluation, by the evaluation's id. It calls models and may cost money."""
        path = f"evaluations/{_id(evaluation)}/run/"
        return self._said(lambda: ask(self.memory, "POST", path, body={"label": label}))

    def read_run(self, run: str) -> str:
        """Read a run by its id: state, progress, verdict, criteria and figures."""
        return self._said(lambda: ask(self.memory, "GET", f"runs/{_id(run)}/"))

    def _below(
        self, engagement: str, path: str, query: dict[str, str], only: tuple[str, ...], number: int
    ) -> str:
        def read() -> Any:
            pk, _ = of_log(self.memory, engagement)
            return self._every(f"engagements/{pk}/{path}", query, only, number)

        return self._said(read)

    def _rows(self, path: str, query: dict[str, str], only: tuple[str, ...]) -> str:
        return self._said(lambda: self._every(path, query, only, MOST))

    def _every(self, path: str, query: dict[str, str], only: tuple[str, ...], number: int) -> Any:
        wanted = {name: value for name, value in {**query, "fields": ",".join(only)}.items() if value}
        return list(every(self.memory, path, wanted, max(1, min(number, MOST))))

    @staticmethod
    def _said(work: Any) -> str:
        """The answer as JSON. Raises ToolError, whose words the protocol hands on."""
        try:
            return as_json(work(), indent=1)
        except Stop as stop:
            errors = (stop.problem or {}).get("errors", "")
            raise ToolError(f"{stop.message} {as_json(errors, indent=0) if errors else ''}".strip()) from None


_ENTRY = ("reference", "kind", "title", "text", "tags", "at", "author", "state", "client_visible")


def _id(text: str) -> str:
    """An id, which becomes part of an address. Raises ToolError for anything else."""
    from .choosing import is_id

    if not is_id(text):
        raise ToolError(f"{text[:80]!r} is no id; list them first.")
    return text
