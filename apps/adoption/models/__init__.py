from .events import Arrival, DirtyDay, Name, Seen, UsageEvent
from .rollups import NOBODY, Cohort, DayActive, DayTotal, Slice, UserDay, UserWeek, WeekTotal
from .usage import Usage

__all__ = [
    "NOBODY",
    "Arrival",
    "Cohort",
    "DayActive",
    "DayTotal",
    "DirtyDay",
    "Name",
    "Seen",
    "Slice",
    "Usage",
    "UsageEvent",
    "UserDay",
    "UserWeek",
    "WeekTotal",
]
