"""What to do next about a run that stopped, by its code."""

_ADVICE = {
    "source_changed": "Start a run that freezes the rows anew; its figures then speak of the rows as they are now.",
    "path_outside_roots": "Add the folder to the roots in the site's policy file, or start the run with run_pilot.",
    "path_symlink": "Name the file itself, below one of the site's roots.",
    "secret_missing": "Set the variable where the site is started, or refer to a file with file:…; then resume.",
    "endpoint_dead": "See whether the endpoint is up and takes the credential, then resume; answers so far are kept.",
    "cost_cap": "Raise limits.cost in the spec and run it again; answers can be reused with cache: reuse.",
    "time_limit": "Resume it, or raise limits.minutes in the spec.",
    "snapshot_missing": "Start the run anew; the site has removed its frozen rows.",
    "site_error": "The site's own log says what happened; when that is mended, resume.",
}
_SOURCE = "Mend the source at the site, then resume."


def advice(code: str) -> str:
    """One sentence for a person; empty when there is nothing to advise."""
    return _ADVICE.get(code, _SOURCE if code.startswith("source_") else "")
