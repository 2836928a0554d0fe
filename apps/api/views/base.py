"""What every address of the API has in common."""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from time import monotonic
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from rest_framework.authentication import SessionAuthentication
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.through import acting_through
from apps.tokens.models import Token

from ..access import bearer_of
from ..authentication import TokenAuthentication, look_again
from ..fields import Out, Strict
from ..parsers import StrictJSONParser
from ..problems import Problem
from ..schema import Schema
from ..services import allowances
from ..services.allowances import Left
from ..services.answers import Given, fingerprint_of, once

LONGEST_KEY = 200
FRESH = 1.0  # seconds for which a token that was looked at is taken to be as it was


class Resource(APIView):
    """JSON in and out, for tokens and for browsers; counted, told apart in the audit trail, and never kept by
    anything on the way."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    parser_classes = [StrictJSONParser]
    renderer_classes = [JSONRenderer]
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    schema: Any = Schema()
    gives: type[Out] | None = None  # what is answered where no noun says it
    media_type = ""  # of a file that is answered
    query: type[Strict] | None = None  # the query parameters, if there are any
    shape = ""  # which sort of address of a noun it is, if it is one
    takes_many = False  # whether a list of objects may be sent
    left: Left | None = None
    looked_at = 0.0  # at the token, on the monotonic clock

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """With the bearer's token and time zone until the answer is there."""
        with ExitStack() as self.meanwhile:
            return super().dispatch(request, *args, **kwargs)

    def perform_authentication(self, request: Any) -> None:
        """Who asks; and not too often, whatever is asked."""
        super().perform_authentication(request)
        if not request.user.is_authenticated:
            return
        bearer, self.looked_at = bearer_of(request), monotonic()
        self.meanwhile.enter_context(timezone.override(request.user.timezone))
        if bearer.token:
            self.meanwhile.enter_context(acting_through(bearer.token.pk, bearer.token.name))
        self.left = allowances.count(bearer=bearer.key)
        if self.left.over:
            limit = self.left.limit
            raise Problem(429, "too_many_requests", f"At most {limit} requests a minute; see Retry-After.")

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """With what is left of the bearer's allowance."""
        done: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        done.headers["Cache-Control"] = "no-store"
        patch_vary_headers(done, ["Authorization", "Cookie"])
        if self.left:
            for name, value in self.left.headers.items():
                done.headers[name] = value
        return done

    def require_still(self, request: Any) -> None:
        """Before something is written: a body may take minutes to arrive, and a token may have been revoked meanwhile.
        Raises AuthenticationFailed."""
        if isinstance(request.auth, Token) and monotonic() - self.looked_at > FRESH:
            look_again(request.auth)
            self.looked_at = monotonic()

    def once(self, request: Any, work: Callable[[], Given]) -> Response:
        """Do the work once for each Idempotency-Key; without one, once for each request."""
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return answer(work())
        if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
            words = f"An Idempotency-Key has at most {LONGEST_KEY} printable ASCII characters."
            raise Problem(400, "idempotency_key", words)
        sent = (request.method, request.get_full_path(), repr(_sorted(request.data)))
        fingerprint = fingerprint_of(*(part.encode() for part in sent))
        given = once(bearer=bearer_of(request).key, key=key, fingerprint=fingerprint, work=work)
        return answer(given)


def answer(given: Given) -> Response:
    """As it is sent."""
    again = {"Idempotency-Replayed": "true"} if given.again else {}
    return Response(given.body, status=given.status, headers={**given.headers, **again})


def _sorted(data: Any) -> Any:
    """The same for the same body, however its names were ordered."""
    if isinstance(data, dict):
        return [(name, _sorted(data[name])) for name in sorted(data)]
    if isinstance(data, UploadedFile):
        digest = hashlib.sha256()
        for chunk in data.chunks():
            digest.update(chunk)
        return data.name, digest.hexdigest()
    return [_sorted(value) for value in data] if isinstance(data, list) else data
