"""Groups that are too small to be shown. Pure.

A group of fewer than k users is not shown, since its figures would be somebody's. Nor may it be found by taking the
others from the total (complementary suppression, as statistical offices do it: Hundepool et al., "Statistical
Disclosure Control", 2012, chapter 4): of those that are hidden together, there must be k users as well, and more than
one group.
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Group = TypeVar("Group", bound=Hashable)


def hidden(users: Mapping[Group, int], k: int) -> set[Group]:
    """The groups that are not shown beside their total. users: {group: distinct users}; one without any is nobody's."""
    small = {group for group, n in users.items() if 0 < n < k}
    rest = sorted((n, str(group), group) for group, n in users.items() if n >= k)
    while small and rest and (len(small) < 2 or sum(users[group] for group in small) < k):
        small.add(rest.pop(0)[2])
    return small
