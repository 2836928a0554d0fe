"""Made through the services, so that a test starts from what a person could have done."""

from itertools import count

from apps.accounts import services as accounts
from apps.accounts.models import Role, User
from apps.engagements import services as engagements
from apps.engagements.models import Client, Engagement, Member, MemberRole

PASSWORD = "correct horse 7 battery"
_numbers = count(1)


def make_user(
    role: str = Role.FDE, *, name: str = "", email: str = "", password: str | None = PASSWORD
) -> User:
    """A person of that role who can sign in with PASSWORD."""
    number = next(_numbers)
    return accounts.create_user(
        by=None,
        email=email or f"{role}{number}@example.com",
        name=name or f"{role.title()} {number}",
        role=role,
        password=password,
    )


def make_client(name: str = "") -> Client:
    """A client."""
    return engagements.ensure_client(by=None, name=name or f"Client {next(_numbers)}")


def make_engagement(*, client: Client | None = None, name: str = "") -> Engagement:
    """An engagement of a client of its own, without members."""
    return engagements.ensure_engagement(
        by=None, client=client or make_client(), name=name or f"engagement {next(_numbers)}"
    )


def make_member(
    engagement: Engagement, role: str = MemberRole.ENGINEER, *, user: User | None = None
) -> Member:
    """A place on the engagement for that person, or for a new FDE."""
    return engagements.add_member(by=None, engagement=engagement, user=user or make_user(), role=role)
