"""How often one bearer may ask: so many requests in a minute, counted from the first one.

One statement, which the database makes one after another for each bearer: correct over any number of processes, and
without a cache to run. It is committed at once, so that nobody waits for another's request.
"""

from dataclasses import dataclass

from django.db import connection

PER_MINUTE = 300
_COUNT = """
INSERT INTO api_allowance AS known (bearer, began_at, asked) VALUES (%(bearer)s, now(), 1)
ON CONFLICT (bearer) DO UPDATE SET
    asked = CASE WHEN known.began_at > now() - interval '1 minute' THEN LEAST(known.asked + 1, 1000000) ELSE 1 END,
    began_at = CASE WHEN known.began_at > now() - interval '1 minute' THEN known.began_at ELSE now() END
RETURNING asked, ceil(extract(epoch FROM began_at + interval '1 minute' - now()))
"""


@dataclass(frozen=True)
class Left:
    """What a bearer has left: requests of this minute, and seconds until the next one."""

    limit: int
    remaining: int
    reset: int
    over: bool

    @property
    def headers(self) -> dict[str, str]:
        """For the answer; with Retry-After once it is too much."""
        said = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }
        return {**said, "Retry-After": str(self.reset)} if self.over else said


def count(*, bearer: str, limit: int = PER_MINUTE) -> Left:
    """Count a request of that bearer, and say what is left."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"bearer": bearer})
        asked, reset = cursor.fetchone()
    return Left(limit, max(0, limit - asked), max(1, int(reset)), asked > limit)
