"""The ways in which the command ends."""

DONE, REFUSED, USAGE, TOKEN, ENGAGEMENT, LATER, ADDRESS, MISSED, UNDECIDED, INTERRUPTED = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    130,
)
MEANINGS = """exit codes:
  0  done
  1  the server refuses it: a line that does not parse, something that has changed
  2  wrong usage
  3  no token, or one that is wrong, has ended or is not good for this
  4  no such engagement, or more than one that is meant
  5  try again later: the server cannot be reached, fails, or was asked too often
  6  what answers at that address is no Fieldwork, or cannot prove who it is
  7  the run is over, and its verdict is missed
  8  the run is over, and its verdict is undecided
130  interrupted"""


class Stop(Exception):
    """Ends the command with a code and a sentence for the person. problem: what the server has said, as data."""

    def __init__(self, code: int, message: str, problem: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.problem = code, message, problem
