"""Error codes that may cross the boundary, with what a person should read. Texts never contain client data."""

CODES: dict[str, str] = {
    # the envelope
    "envelope_malformed": "The message is not a signed envelope.",
    "envelope_signature": "The message's signature does not verify.",
    "envelope_type": "The message is of another kind than this queue takes.",
    "envelope_issuer": "The message was signed by somebody else.",
    "envelope_audience": "The message is addressed to somebody else.",
    "envelope_expired": "The message has expired.",
    "envelope_digest": "The message's plan is not the plan it quotes.",
    # the policy of the site
    "path_outside_roots": "The file lies outside the site's data roots.",
    "path_symlink": "The path leads through a symbolic link out of the site's data roots.",
    "secret_missing": "A credential that the plan refers to is not stored at the site.",
    "secret_unusable": "A credential that the plan refers to holds characters that no header can carry.",
    "ca_unreadable": "The certificate file that a target names cannot be read at the site.",
    "policy_unreadable": "The site's policy file cannot be read; the site does nothing until it is repaired.",
    # reading the source
    "source_not_found": "The file or table does not exist at the site.",
    "source_denied": "The site's account may not read the file.",
    "source_not_a_folder": "The path leads to a file, not to a folder.",
    "source_not_a_file": "The path leads to a folder, a pipe or a device, not to a file.",
    "source_unreadable": "The source cannot be read in the stated format.",
    "source_empty": "The source has no rows.",
    "source_not_utf8": "The file is not UTF-8 text.",
    "source_nul": "The file holds NUL bytes; it is not a text file, or not in UTF-8.",
    "source_ragged": "A row has more or fewer fields than the header.",
    "source_too_wide": "The source has more columns than Fieldwork reads.",
    "source_too_large": "The source has more rows or bytes than the site's policy lets Fieldwork read.",
    "source_field_too_large": "A field is larger than Fieldwork reads.",
    "source_no_sheet": "The workbook has no sheet of that name.",
    "source_duplicate_columns": "Two columns have the same name.",
    "source_missing_column": "A column that the dataset names is not in the source.",
    "source_duplicate_keys": "The key column holds the same value twice.",
    "source_empty_key": "The key column holds an empty value.",
    "source_connection": "The database cannot be reached or refuses the login.",
    "source_permission": "The database role may not read the table.",
    "source_query": "The database refuses the query.",
    "source_timeout": "Reading the source took longer than the site allows.",
    "filter_empty": "No row of the source satisfies the dataset's filter.",
    "names_stay": "The site's policy keeps the names of files and tables; its owner has to tell you the path.",
    "source_changed": "The source is no longer what was frozen for this run.",
    "snapshot_missing": "The site no longer holds the frozen extent of this run.",
    # calling an endpoint: errors of one sample
    "timeout": "The endpoint did not answer in time.",
    "connection": "The connection failed or closed before the answer was complete.",
    "rate_limited": "The endpoint kept refusing for its rate limit (429).",
    "server_error": "The endpoint failed (5xx).",
    "bad_request": "The endpoint refuses the request (4xx).",
    "unauthorized": "The endpoint refuses the credential (401 or 403).",
    "not_found": "The endpoint or the model does not exist (404).",
    "not_json": "The endpoint answered something other than JSON.",
    "bad_shape": "The endpoint answered JSON of another shape than its API promises.",
    "too_large": "The answer is larger than Fieldwork reads.",
    "missing_output": "The recorded answer is missing.",
    # why a chunk or a run stopped short
    "endpoint_dead": "The endpoint failed call after call, so the run was ended.",
    "cost_cap": "The next call could have passed the cost limit.",
    "time_limit": "The run reached its time limit.",
    "cancelled": "The run was cancelled.",
    # the worker
    "pattern_refused": "The regular expression is not one that RE2 accepts.",
    "plan_unsupported": "The site does not know this operation; it may need an update.",
    "site_error": "The site failed in a way that it did not foresee; its own log has the text.",
}


def text_of(code: str) -> str:
    """What a person reads for `code`; an unknown one is shown as it is."""
    return CODES.get(code, code.replace("_", " "))
