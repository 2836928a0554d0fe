"""Who writes and who reads in the tests of the log."""

import pytest

from apps.accounts.models import Role, User
from apps.engagements.models import Engagement, MemberRole
from tests.factories import make_engagement, make_member, make_user


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def maria(engagement: Engagement) -> User:
    who = make_user(name="Maria Lindqvist", email="maria@example.com")
    return make_member(engagement, MemberRole.LEAD, user=who).user


@pytest.fixture
def client_viewer(engagement: Engagement) -> User:
    who = make_user(Role.CLIENT, name="Nell Client", email="nell@client.example")
    return make_member(engagement, MemberRole.VIEWER, user=who).user
