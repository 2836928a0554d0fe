"""One harmless call: does the endpoint answer, how fast, and as which model?"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..contract.plan import Plan
from ..engine.attempt import Answered, Failed, attempt, session_for
from ..engine.course import Course

Cause = Literal["name", "refused", "tls", "certificate", "proxy"]
# Why a connection was not made, by the name of the exception's class.
_CAUSES: dict[str, Cause] = {
    "ClientConnectorDNSError": "name",
    "ClientConnectorCertificateError": "certificate",
    "ClientConnectorSSLError": "tls",
    "ClientProxyConnectionError": "proxy",
    "ClientHttpProxyError": "proxy",
    "ClientConnectorError": "refused",
}


@dataclass(frozen=True)
class Trial:
    """answer: ok, empty, refused, truncated, or an error's code. http: the status, where one came back. cause: why a
    connection was not made, where that is known."""

    answer: str
    http: int | None = None
    latency_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    model: str | None = None
    cause: Cause | None = None


def try_endpoint(plan: Plan, resolve: Callable[[str], str]) -> Trial:
    """Send the plan's prompt to its first target, once. No row is read, so the prompt can hold no data of the client.

    Raises Refusal for a reference that is missing and a prompt that asks for fields.
    """
    result = asyncio.run(_call(Course(plan, 0, resolve)))
    if isinstance(result, Failed):
        cause = _CAUSES.get(result.detail) if result.kind == "connection" else None
        return Trial(result.kind, http=result.http, cause=cause)
    said = result.answer
    return Trial(said.kind, 200, result.latency_ms, said.input_tokens, said.output_tokens, said.model)


async def _call(course: Course) -> Answered | Failed:
    async with session_for(course) as session:
        return await attempt(session, course, course.template)
