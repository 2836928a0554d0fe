"""Files that wait to be imported."""

from apps.accounts.models import User
from apps.engagements.models import Engagement, Import
from apps.engagements.services import imports

from .people import make_user


def make_import(
    engagement: Engagement,
    text: str = "Title,Due\nCall the bank,\n",
    *,
    what: str = "actions",
    by: User | None = None,
) -> Import:
    """A file of that person, or of somebody who may do everything, its columns guessed from its headings."""
    person = by or make_user("manager")
    return imports.begin(by=person, engagement=engagement, what=what, content=text.encode(), name="rows.csv")
