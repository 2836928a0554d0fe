"""What to do next about a run that stopped, by its code: where it stopped, what helps, whom to ask."""

from dataclasses import dataclass
from typing import Literal

# resume: go on where it stopped; anew: start a run that freezes the rows again; again: start another run, perhaps of
# a changed spec; "": nothing that a button does.
Next = Literal["resume", "anew", "again", ""]


@dataclass(frozen=True, slots=True)
class Advice:
    """Each a sentence or two for a person, and the step that goes on from there."""

    where: str = ""
    do: str = ""
    ask: str = ""
    next: Next = ""


_BETWEEN = "Between Fieldwork and the site, in a signed message."
_POLICY = "At the site, where its policy decides what may be read."
_SOURCE = "At the site, while the rows were read and frozen; no endpoint was called yet."
_DATABASE = "At the site, while rows were read from the client's database; no endpoint was called yet."
_ENDPOINT = "At the endpoint, when the site called it."
_LIMIT = "At the site, by a limit of the spec."
_SPEC = "In the spec, before any row was read."
_KEEPER = "Ask whoever runs the site at the client."
_OWNER = "Ask the client's owner of the data."
_DBA = "Ask whoever administers that database."
_PROVIDER = "Ask whoever runs the endpoint, or its provider's support."
_SELF = "Whoever wrote the spec can decide this."

_TABLE: tuple[tuple[str, str, dict[str, str]], ...] = (
    (
        _BETWEEN,
        _KEEPER,
        {
            "envelope_malformed": (
                "Something between here and there changes messages: look at broker and proxy."
            ),
            "envelope_signature": (
                "The keys do not fit: compare the site's public key with the one kept here, and enrol the "
                "site again."
            ),
            "envelope_type": (
                "Queues are mixed up: compare the site's broker address and queue with its page."
            ),
            "envelope_issuer": "The site knows another Fieldwork: enrol it with the one that you see here.",
            "envelope_audience": (
                "Two sites share one queue: give each of them a queue and a login of its own."
            ),
            "envelope_expired": "Set the clocks of both machines (NTP), or start the worker if it was down.",
            "envelope_digest": "The plan at the site is another one than was ordered: start a new run.",
        },
    ),
    (
        _POLICY,
        _KEEPER,
        {
            "path_outside_roots": (
                "Add the file's folder to roots in the site's policy.toml, or move the file below one."
            ),
            "path_symlink": (
                "Name the file itself, or move it below one of the roots; links out of them are refused."
            ),
            "secret_missing": (
                "Store the credential at the site with fieldwork-site secret NAME, or export the variable."
            ),
            "secret_unusable": (
                "Store it again without line breaks or other control characters: fieldwork-site secret NAME."
            ),
            "ca_unreadable": "Put the PEM file where the target's ca points, readable by the site's worker.",
            "policy_unreadable": (
                "Repair policy.toml at the site; fieldwork-site policy says in which line it is wrong."
            ),
            "names_stay": (
                "Ask for the exact path and write it into the spec, or have names = true set in the policy."
            ),
        },
    ),
    (
        _SOURCE,
        _OWNER,
        {
            "source_not_found": (
                "Put the file where the spec says it is, or correct the path or the table's name."
            ),
            "source_denied": "Let the account that the worker runs under read the file and enter its folder.",
            "source_not_a_folder": (
                "Choose a folder to look into; this path is a file, which can be a source itself."
            ),
            "source_not_a_file": "Name one regular file; folders, pipes and devices are not read.",
            "source_unreadable": (
                "Open the file at the line named here, or state its true format in the spec."
            ),
            "source_empty": "See whether the export has run: there is a header at most, and not one row.",
            "source_not_utf8": (
                "Save the file as UTF-8; at the line named here it holds other bytes (often Latin-1)."
            ),
            "source_nul": "Export it again as text in UTF-8; NUL bytes mean UTF-16 or a binary file.",
            "source_ragged": (
                "Quote the fields that hold separators or line breaks; the first such line is named here."
            ),
            "source_too_wide": "Export only the columns that the pilot uses.",
            "source_too_large": (
                "Export fewer rows, or raise rows or bytes under [limits] in the site's policy.toml."
            ),
            "source_field_too_large": (
                "Shorten the field in the line named here; a missing quote can swallow many lines."
            ),
            "source_no_sheet": "Write the sheet's name in the spec exactly as the workbook has it.",
            "source_duplicate_columns": (
                "Rename one of the two columns in the header; no role could tell them apart."
            ),
            "source_missing_column": (
                "Compare the spec's column names with the header, capitals and spaces included."
            ),
            "source_duplicate_keys": (
                "Choose a column that is different in every row, or leave the key out of the spec."
            ),
            "source_empty_key": "Fill the key in the row named here, or leave the key out of the spec.",
            "source_timeout": "Read fewer rows, or raise seconds under [limits] in the site's policy.toml.",
            "filter_empty": (
                "Loosen the dataset's filter: compare its values with those that the column holds."
            ),
            "source_changed": "Freeze the rows anew; the figures then speak of the rows as they are now.",
            "snapshot_missing": "The frozen rows were removed at the site: freeze them anew.",
        },
    ),
    (
        _DATABASE,
        _DBA,
        {
            "source_connection": (
                "From the site's machine, try host, port, login and TLS with the same connection string."
            ),
            "source_permission": (
                "GRANT SELECT on the table, and USAGE on its schema, to the role that the site uses."
            ),
            "source_query": (
                "Run the query as that role in psql; it must be one SELECT. The site's log has the "
                "database's words."
            ),
        },
    ),
    (
        _ENDPOINT,
        _PROVIDER,
        {
            "timeout": (
                "Call it by hand from the site's machine. If it is slow, raise limits.timeout or lower "
                "limits.concurrency."
            ),
            "connection": (
                "See whether it is up and reachable from the site: address, firewall, proxy, certificate "
                "(ca)."
            ),
            "rate_limited": (
                "Set limits.rpm or limits.tpm to what the account is allowed, or have that raised."
            ),
            "server_error": (
                "Wait until it answers a single call again; its own log and status page say what failed."
            ),
            "bad_request": (
                "Compare model and params with what the endpoint takes; prompts may be longer than its "
                "context."
            ),
            "unauthorized": (
                "Store a valid key at the site (fieldwork-site secret NAME) that may use this model."
            ),
            "not_found": (
                "Correct base_url (it usually ends in /v1) or the model's name, as the endpoint lists it."
            ),
            "not_json": (
                "The address answers with something else, often a sign-in page or a proxy: correct base_url."
            ),
            "bad_shape": (
                "It speaks another API: choose the target's kind (openai or anthropic) that fits it."
            ),
            "too_large": "Lower max_tokens in the target's params; answers this long are no labels.",
            "endpoint_dead": (
                "See whether the endpoint is up and takes the credential; answers so far are kept and not "
                "paid twice."
            ),
        },
    ),
    (
        _LIMIT,
        _SELF,
        {
            "cost_cap": (
                "Raise limits.cost in the spec; with cache: reuse what has been paid for is not paid again."
            ),
            "time_limit": (
                "Resume it for as many minutes again; for the next run raise limits.minutes or concurrency."
            ),
        },
    ),
    (
        _SPEC,
        _SELF,
        {
            "missing_output": (
                "Fill the recorded target's column for these rows, or name the column that holds the answers."
            ),
            "pattern_refused": (
                "Write the pattern without look-around and back-references; RE2 takes neither."
            ),
        },
    ),
    (
        "Here: somebody cancelled it.",
        "Its page says who started it; the history of the engagement says who cancelled it.",
        {
            "cancelled": "Go on where it stopped; what was answered is kept and not paid twice.",
        },
    ),
    (
        "At the site, in its worker.",
        _KEEPER,
        {
            "plan_unsupported": "Bring the site's worker to the version of this Fieldwork and restart it.",
            "site_error": (
                "Read the site's own log at this time, for the text never leaves it; then mend what it says."
            ),
        },
    ),
)
_ANEW = frozenset({"source_changed", "snapshot_missing"})
# Whoever resumes one of these would meet the same again: something has to change first.
_AGAIN = frozenset(
    {
        "envelope_digest",
        "names_stay",
        "source_not_a_folder",
        "source_not_a_file",
        "source_too_wide",
        "source_no_sheet",
        "source_missing_column",
        "source_duplicate_keys",
        "source_empty_key",
        "filter_empty",
        "source_query",
        "bad_request",
        "not_found",
        "not_json",
        "bad_shape",
        "too_large",
        "cost_cap",
        "missing_output",
        "pattern_refused",
    }
)


def _step(code: str) -> Next:
    return "anew" if code in _ANEW else "again" if code in _AGAIN else "resume"


_ADVICE = {
    code: Advice(where, do, ask, _step(code))
    for where, ask, of_place in _TABLE
    for code, do in of_place.items()
}


def advice(code: str, cause: str = "") -> Advice:
    """The advice on `code`; of an endpoint that failed, on the `cause` where that is known. Empty for no code."""
    if code == "endpoint_dead" and cause in _ADVICE:
        return _ADVICE[cause]
    return _ADVICE.get(code, Advice())
