"""The one exception with which a service says no to a person."""


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
