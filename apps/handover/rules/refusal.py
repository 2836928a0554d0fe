"""What is wrong with a pack, and where."""


class Unfit(Exception):
    """Something in a pack that cannot be taken.

    message: a sentence. file: the file it is about, as the pack names it; empty for the pack as a whole. line: from 1,
    0 where there is none.
    """

    def __init__(self, message: str, file: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line

    def __str__(self) -> str:
        where = f"{shown(self.file)}, line {self.line}" if self.line else shown(self.file)
        return f"{where}: {self.message}" if where else self.message


def shown(text: str, most: int = 120) -> str:
    """A name or a value of a pack as a sentence repeats it: on one line, and not for ever."""
    plain = "".join(one if one.isprintable() else "�" for one in text)
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
