"""Latencies as a histogram, so that a quantile can be had of any days put together. Pure.

Buckets grow by a fixed factor, as in DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch
with relative-error guarantees", VLDB 2019): bucket i holds what is above G^(i-1) and at most G^i milliseconds, and a
quantile is off by at most 2.5 % of itself.
"""

import math
from collections.abc import Mapping

ERROR = 0.025
G = (1 + ERROR) / (1 - ERROR)
LOWEST = 0  # all up to one millisecond


def bucket_of(ms: float) -> int:
    """The bucket that a latency falls into."""
    return LOWEST if ms <= 1 else math.ceil(math.log(ms) / math.log(G))


def middle_of(bucket: int) -> float:
    """In milliseconds, what stands for a bucket: off by the same share for its least and its greatest."""
    return 1.0 if bucket == LOWEST else 2 * G**bucket / (G + 1)


def quantile(histogram: Mapping[int, int], share: float) -> float | None:
    """Milliseconds that a `share` (0 to 1) of the answers stayed within; None without answers."""
    n = sum(histogram.values())
    if not n:
        return None
    left = share * (n - 1)
    for bucket in sorted(histogram):
        left -= histogram[bucket]
        if left < 0:
            return middle_of(bucket)
    return middle_of(max(histogram))
