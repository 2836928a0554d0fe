"""What a try of an endpoint says: how far the call came, what failed, and what to do about it.

An outcome is what the site reports: ok, empty, refused or truncated for an answer, else an error's code (see
`contract.errors`). Reports are those of the contract as JSON: a TryReport or a FailureReport.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apps.dataplane.contract.errors import text_of
from apps.dataplane.contract.messages import ANSWERED, TryReport

PROMPT = "Reply with the word OK."
TOKENS = 16  # of output at most: the call costs next to nothing
TIMEOUT = 30.0  # seconds; a model that is loaded first takes its time
PATIENCE = timedelta(minutes=2)  # after this long without an answer it may be asked again
NAMES = ("Reached", "Authorised", "Understood", "Answered")
DONE, FAILED, UNKNOWN = "done", "failed", "unknown"


@dataclass(frozen=True)
class Step:
    """One thing that a call must get past. state: done, failed, unknown, waiting or running."""

    name: str
    state: str
    text: str = ""


# How far a call came that failed: the states of the four steps.
_COURSES = {
    "unauthorized": (DONE, FAILED, UNKNOWN, UNKNOWN),
    "not_found": (DONE, UNKNOWN, FAILED, UNKNOWN),
    "bad_request": (DONE, UNKNOWN, FAILED, UNKNOWN),
    "not_json": (DONE, UNKNOWN, FAILED, UNKNOWN),
    "bad_shape": (DONE, UNKNOWN, FAILED, UNKNOWN),
    "rate_limited": (DONE, UNKNOWN, UNKNOWN, FAILED),
    "server_error": (DONE, UNKNOWN, UNKNOWN, FAILED),
    "too_large": (DONE, UNKNOWN, UNKNOWN, FAILED),
    "timeout": (UNKNOWN, UNKNOWN, UNKNOWN, FAILED),
    "connection": (FAILED, UNKNOWN, UNKNOWN, UNKNOWN),
}


def trial_params(kind: str, params: dict[str, Any]) -> dict[str, Any]:
    """The endpoint's parameters, but for few tokens; a budget for thinking, which needs many, is left out."""
    kept = {name: value for name, value in params.items() if name not in ("max_tokens", "thinking")}
    name = "max_completion_tokens" if kind == "openai" and "max_completion_tokens" in kept else "max_tokens"
    return {**kept, name: TOKENS}


def outcome_of(report: dict[str, Any]) -> str:
    """The code of either report."""
    return str(report.get("answer") or report.get("code") or "site_error")


def title(outcome: str, report: dict[str, Any], api_key: str = "") -> str:
    """What happened, in a sentence."""
    if answered(outcome):
        return "It answers."
    if outcome == "secret_missing":
        return f"Nothing was called: the site does not hold {':'.join(missing_of(report, api_key))}."
    return text_of(outcome)


def answered(outcome: str) -> bool:
    return outcome in ANSWERED


def waiting() -> list[Step]:
    """Before the site has said anything."""
    first, *others = NAMES
    return [Step(first, "running"), *(Step(name, "waiting") for name in others)]


def steps(outcome: str, report: dict[str, Any]) -> list[Step]:
    """The four steps as the site's report tells them; none when nothing was called."""
    if not answered(outcome) and outcome not in _COURSES:
        return []
    states = (DONE,) * 4 if answered(outcome) else _COURSES[outcome]
    texts = (_reached(report), "", _understood(report) if answered(outcome) else "", _answer(outcome))
    return [Step(*each) for each in zip(NAMES, states, texts, strict=True)]


def _reached(report: dict[str, Any]) -> str:
    return f"HTTP status {report['http']}" if report.get("http") else ""


def _understood(report: dict[str, Any]) -> str:
    return f"By {report['model']}" if report.get("model") else ""


def _answer(outcome: str) -> str:
    return {
        "empty": "With an empty text, as models do that think first and are cut off: no reason to worry.",
        "truncated": f"Cut off after {TOKENS} tokens, as asked for.",
        "refused": "The model refused to answer, which is odd for so harmless a prompt.",
    }.get(outcome, "")


def advice(outcome: str, report: dict[str, Any], *, base_url: str, api_key: str = "") -> str:
    """What to do next about an outcome that is no answer; empty when nothing is to be done."""
    status = report.get("http") or 0
    if outcome in _KEYS:
        return _KEYS[outcome][missing_of(report, api_key)[0]]
    if outcome == "connection":
        return _CONNECTION.get(TryReport.model_validate({"answer": "", **report}).cause or "", _NO_CONNECTION)
    if outcome == "not_found" and 300 <= status < 400:
        return (
            "The address leads elsewhere (a redirect), which is not followed. Write the address it leads to."
        )
    if outcome in ("not_found", "not_json") and not base_url.rstrip("/").endswith("/v1"):
        return f"{_ADVICE[outcome]} Most APIs lie below /v1: try {base_url.rstrip('/')}/v1."
    return _ADVICE.get(outcome, "")


def missing_of(report: dict[str, Any], api_key: str) -> tuple[str, str]:
    """Way (secret, env or file) and name of the key that the site could not use, as its report says."""
    way, _, name = str(report.get("facts", {}).get("reference") or api_key).partition(":")
    return (way, name) if way in ("secret", "env", "file") and name else ("secret", "NAME")


_NO_CONNECTION = (
    "The connection broke off before the answer was complete. Try again; if it stays so, "
    "the endpoint's own log, or a proxy between the site and it, says why."
)
_CONNECTION = {
    "name": "The site does not know a host of this name. Look for a typing error; an internal name has to be "
    "known where the site runs.",
    "refused": "Nobody listens at this address and port, or a firewall lets nothing through from the site.",
    "tls": "What listens there does not speak TLS, or none that fits. If it speaks plain HTTP, the address begins "
    "with http://.",
    "certificate": "The certificate of the endpoint is not trusted at the site (TLS). If it was issued by the "
    "client's own authority, put its PEM file at the site and write the path under Certificate authority.",
    "proxy": "The proxy does not let the call through. See whether its address is right and whether it asks for "
    "a login.",
}
_ADVICE = {
    "unauthorized": "The key is there, but the endpoint does not take it. Store the right one under the same name at "
    "the site and try again; with 403, it may lack the right to use this model.",
    "not_found": "Either the address or the name of the model is wrong.",
    "bad_request": "The endpoint refuses the request, most often for a parameter it does not know. Newer models want "
    "max_completion_tokens in place of max_tokens, and some allow no temperature.",
    "not_json": "What answers there is no API: perhaps a page to sign in, or a proxy's.",
    "bad_shape": "What answers there speaks another API. See whether the kind is right.",
    "rate_limited": "The endpoint works but has no room at present (429). Try again in a minute; in evaluations, a "
    "lower limit of requests a minute helps.",
    "server_error": "The endpoint itself failed. Try again; if it stays so, its own log says why.",
    "too_large": "See whether the address is that of the API.",
    "timeout": "Nothing came back in time. Either a firewall drops what the site sends, or the model is being loaded: "
    "then try again in a minute.",
    "ca_unreadable": "Put the PEM file where the endpoint says, readable for the site, or correct the path.",
    "policy_unreadable": "The site's owner has to repair its policy file; until then it does nothing.",
    "plan_unsupported": "The site runs an older version; bring it up to date.",
    "site_error": "The site's own log (log/site.log in its folder) says what happened.",
}
# About a key, by the way in which it is referred to.
_KEYS = {
    "secret_missing": {
        "secret": "Its owner stores the key at the site, without a restart; it is asked for and never shown:",
        "env": "Set the variable where the site is started, then start the site again. A secret:NAME needs no restart.",
        "file": "Put the file into the folder secrets of the site, or below one of its data roots.",
    },
    "secret_unusable": dict.fromkeys(
        ("secret", "env", "file"),
        "What is stored there holds line breaks or other signs that no header can carry. Store the key anew.",
    ),
}
