import pytest
from django.db import connection


@pytest.mark.django_db
def test_x():
    with connection.cursor() as c:
        c.execute("select current_user, current_database()")
        assert c.fetchone() == ("fieldwork", "test_fieldwork")


def test_skip():
    pytest.skip("no")
