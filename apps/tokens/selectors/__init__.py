"""Reads of tokens, and what somebody who shows one reaches."""

from .reach import Bearer
from .tokens import every_token, may_revoke, recognise, tokens_of_engagement, tokens_of_person

__all__ = ["Bearer", "every_token", "may_revoke", "recognise", "tokens_of_engagement", "tokens_of_person"]
