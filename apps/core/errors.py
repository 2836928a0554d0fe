"""The exceptions with which a person is told no."""

from django.http import Http404


class Refused(Exception):
    """What was asked cannot be done, and the person can do something about it.

    code: stable, for programs, such as "name_taken". message: a sentence that says what is wrong and what
    would be right; it is shown as it is. field: the form field it belongs to, when there is one.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class Gone(Http404):
    """What is asked for was there until somebody removed it, and this person may know that. Everybody else gets the
    Http404 of what never was.

    message: a sentence that says who removed it, and when. href, action: where it can be brought back, and the words
    on that button; empty for whoever may not.
    """

    def __init__(self, message: str, *, href: str = "", action: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.href = href
        self.action = action
