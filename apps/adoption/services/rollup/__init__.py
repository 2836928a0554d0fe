"""What is shown is made of events, a whole local day at a time: never added to, always made anew."""

from .days import LOCK, begin_anew, roll_up, roll_up_all
from .settling import settle, settle_all

__all__ = ["LOCK", "begin_anew", "roll_up", "roll_up_all", "settle", "settle_all"]
