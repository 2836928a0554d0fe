"""Reads of tokens, and what somebody who shows one reaches."""

from .reach import Bearer
from .tokens import as_it_is, every_token, may_revoke, recognise, tokens_of_engagement, tokens_of_person

__all__ = [
    "Bearer",
    "as_it_is",
    "every_token",
    "may_revoke",
    "recognise",
    "tokens_of_engagement",
    "tokens_of_person",
]
