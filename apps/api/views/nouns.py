"""What is done at the addresses of every noun, as `nouns/` says it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.links import absolute
from apps.core.errors import Refused
from apps.core.versions import STALE

from ..access import bearer_of
from ..fields import Strict
from ..noun import Act, Asked, Noun, RowsRefused
from ..pages import PageQuery, Pages
from ..problems import Problem, errors_of
from ..schema import MOST_AT_ONCE, SEVERAL, SINGLE, VERB
from ..services.answers import Given
from ..tags import is_known, is_seen, matched, tag_of
from .base import Resource, answer

STALE_WORDS = "Somebody has changed this meanwhile. Read it again first."


class OfNoun(Resource):
    """An address of a noun. query: its parameters; acts: what each method does, and takes: the fields sent with it."""

    noun: Noun
    verb = ""
    query: type[Strict] = Strict
    acts: Mapping[str, Act] = {}
    takes: Mapping[str, type[Strict]] = {}

    def asked(self, sent: dict[str, Any], version: int | None = None) -> Asked:
        """What is asked for, by whom: somebody who may still ask for it."""
        request = self.request
        self.require_still(request)
        row, engagement = getattr(request, "row", None), getattr(request, "engagement", None)
        return Asked(bearer_of(request), engagement, row, sent, version, partial(absolute, request))

    def do(self, asked: Asked) -> Any:
        """Do what this method does here."""
        return self.acts[str(self.request.method)].do(asked)

    @property
    def fields(self) -> type[Strict]:
        """What is sent with this method."""
        return self.takes[str(self.request.method)]

    def shown(self, rows: Sequence[Any], only: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Rows that something was done to, in their order, as they stand now."""
        bearer = bearer_of(self.request)
        return self.noun.shown(bearer, self.noun.again(bearer, rows), only)

    def given_of(self, row: Any, status: int = 200, *, place: str = "", noun: Noun | None = None) -> Given:
        """A row that something was done to, as it stands now; null when the bearer sees it no more. place: the name of
        the noun at whose address a new one is; noun: of which it is, unless of this one."""
        noun, bearer = noun or self.noun, bearer_of(self.request)
        body = next((noun.alone(bearer, one) for one in noun.again(bearer, [row])), None)
        where = {"Location": reverse(f"api:{place}-one", args=[row.pk])} if place else {}
        headers = {"ETag": tag_of(row, body, moves=noun.moves), **where}
        return Given(status, body, headers, told_once=noun.told_once)


class Several(OfNoun):
    """Rows of a noun."""

    shape = SEVERAL
    takes_many = True
    query: type[PageQuery]

    def listed(self, request: Any, **kwargs: Any) -> Response:
        """A page of them."""
        want = checked(self.query(data=request.query_params.dict()))
        bearer = bearer_of(request)
        rows = self.noun.rows(bearer)
        if kwargs:
            rows = rows.filter(**{self.noun.engagement: request.engagement.pk})
        for name, narrow in self.noun.narrow.items():
            if want.get(name) not in (None, ""):
                rows = narrow(rows, want[name], bearer)
        order = want.get("ordering") or next(iter(self.noun.orders))
        pages = Pages(bearer, request.path, self.noun.orders, order)
        shown, cursor = pages.page(rows, want.get("cursor"), want["limit"])
        results = self.noun.shown(bearer, shown, want.get("fields", ()))
        return Response({"results": results, "next_cursor": cursor})

    def added(self, request: Any, **kwargs: Any) -> Response:
        """One more, or as many as a list names: all of them or none."""
        many = isinstance(request.data, list)
        return self.once(request, lambda: self._add_all(request.data) if many else self._add(request.data))

    def _add(self, data: Any) -> Given:
        row = self.do(self.asked(checked(self.fields(data=data))))
        return self.given_of(row, self._made, place=self.noun.place(row))

    @property
    def _made(self) -> int:
        return 202 if self.acts["POST"].later else 201

    def _add_all(self, data: list[Any]) -> Given:
        if not 0 < len(data) <= MOST_AT_ONCE:
            words = f"Send 1 to {MOST_AT_ONCE:,} at once; these are {len(data):,}."
            raise Problem(422, "too_many", words)
        sent = [self.fields(data=one) for one in data]
        wrong = [
            error
            for n, one in enumerate(sent)
            if not one.is_valid()
            for error in errors_of(one.errors, str(n))
        ]
        if wrong:
            raise all_or_none(wrong)
        rows = self._write_all([one.validated_data for one in sent])
        return Given(self._made, {"results": self.shown(rows)}, told_once=self.noun.told_once)

    def _write_all(self, sent: list[dict[str, Any]]) -> Sequence[Any]:
        try:
            together = self.noun.add_many(self.asked({}), sent) if self.noun.add_many else None
            return self._one_by_one(sent) if together is None else together
        except RowsRefused as error:
            wrong = [
                {
                    "field": f"{n}.{one.field}" if one.field else str(n),
                    "code": one.code,
                    "message": one.message,
                }
                for n, one in error.refused
            ]
            raise all_or_none(wrong) from None

    def _one_by_one(self, sent: list[dict[str, Any]]) -> Sequence[Any]:
        rows, wrong = [], []
        with transaction.atomic():
            for n, one in enumerate(sent):
                try:
                    with transaction.atomic():
                        rows.append(self.do(self.asked(one)))
                except Refused as error:
                    wrong.append((n, error))
            if wrong:
                raise RowsRefused(wrong)
        return rows


class Single(OfNoun):
    """One row of a noun."""

    shape = SINGLE

    def given(self, request: Any, pk: UUID) -> Response:
        """As it stands."""
        want = checked(self.query(data=request.query_params.dict()))
        body = self.noun.alone(bearer_of(request), request.row, want.get("fields", ()))
        tag = tag_of(request.row, body, moves=self.noun.moves)
        if is_known(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response(body, headers={"ETag": tag})

    def changed(self, request: Any, pk: UUID) -> Response:
        """Some of its fields."""
        wanted = dict(checked(self.fields(data=request.data, partial=True)))
        seen, said = matched(request, request.row), wanted.pop("version", None)
        version = seen if seen is not None else said
        if version is None and hasattr(request.row, "version"):
            words = "Send the version you have seen, as `version` or as If-Match."
            raise Problem(428, "version_missing", words)
        try:
            row = self.do(self.asked(wanted, version))
        except Refused as error:
            if error.code != STALE:
                raise
            raise Problem(412 if seen is not None else 409, STALE, STALE_WORDS) from None
        return answer(self.given_of(row))

    def removed(self, request: Any, pk: UUID) -> Response:
        """Nothing is left of it here."""
        body = self.noun.alone(bearer_of(request), request.row, ()) if "If-Match" in request.headers else {}
        if not is_seen(request, request.row, tag_of(request.row, body)):
            raise Problem(412, STALE, STALE_WORDS)
        self.do(self.asked({}, matched(request, request.row)))
        return Response(status=204)


class Verb(OfNoun):
    """Something that is done with one row of a noun."""

    shape = VERB

    def done(self, request: Any, pk: UUID) -> Response:
        """The row as it stands then, or what was made of it."""
        return self.once(request, lambda: self._do(request))

    def _do(self, request: Any) -> Given:
        seen = matched(request, request.row)
        row = self.do(self.asked(checked(self.fields(data=request.data)), seen))
        act = self.acts["POST"]
        if made := act.makes:
            return self.given_of(row, 202 if act.later else 201, place=made.name, noun=made)
        if act.later:
            return self.given_of(row, 202, place=self.noun.name)
        given = self.given_of(row) if row is not None else Given(204, None)
        return given if given.body is not None else Given(204, None)


def checked(sent: serializers.Serializer[Any]) -> dict[str, Any]:
    """The fields that were sent. Raises ValidationError."""
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def all_or_none(errors: list[dict[str, Any]]) -> Problem:
    """Nothing of a list was written. A field's name begins with the row's place, from 0."""
    rows = len({error["field"].partition(".")[0] for error in errors})
    words = f"Nothing was written: {rows:,} of these cannot be. Each error names its row, from 0."
    return Problem(422, "rows", words, errors=errors)
