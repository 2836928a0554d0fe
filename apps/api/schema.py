"""The API's schema (OpenAPI 3.1), made from the nouns: what `docs/openapi.json` holds and the documentation shows."""

from functools import cache
from typing import Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from .fields import Out, Strict
from .problems import GENERAL, TYPE

SEVERAL, SINGLE, VERB = "several", "single", "verb"  # which sort of address of a noun a view is
MOST_AT_ONCE = 1_000  # rows of one request
READS = (400, 401, 403, 404, 406, 409, 422, 429, 500)
WRITES = (*READS, 412, 413, 415, 428)
_ONCE = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same request under the same key is done once within a day, and answered as it was the first time.",
)
_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of what was looked at; 412 when that has changed.",
)
_KNOWN = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="ETags that are known; 304 when one still holds.",
)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a token is shown."""

    target_class = "apps.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """In the header Authorization."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of yours or of an engagement: fw_…",
        }


class Schema(AutoSchema):
    """What an address of a noun takes and gives. Other views only read, and say what they give."""

    view: Any

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Any:
        """With lists of what is made at once, and every problem that may be answered."""
        operation: dict[str, Any] | None = super().get_operation(
            path, path_regex, path_prefix, method, registry
        )
        if operation is None:
            return None
        if self.view.shape == SEVERAL and "requestBody" in operation:
            _many(operation, self.resolve_serializer(self.view.noun.out, "response").ref)
        problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
        for status in READS if method == "GET" else WRITES:
            said = {"description": GENERAL.get(status, ("", "It cannot be done as things are."))[1]}
            operation["responses"].setdefault(str(status), {"content": {TYPE: problem}, **said})
        return operation

    def get_operation_id(self) -> str:
        """Such as actions_list, actions_add, action_finish."""
        view = self.view
        if not view.shape:
            return f"{self.get_tags()[0]}_get"
        name = view.noun.name.replace("-", "_")
        if view.shape == VERB:
            return f"{name}_{view.verb.replace('-', '_')}"
        if view.shape == SEVERAL and self.method == "GET":
            return f"{name}_list" if "{" not in self.path else f"{name}_list_of_engagement"
        return f"{name}_{ {'POST': 'add', 'GET': 'get', 'PATCH': 'change', 'DELETE': 'remove'}[self.method] }"

    def get_tags(self) -> list[str]:
        """One for each noun."""
        return [self.view.noun.name if self.view.shape else self.path.strip("/").split("/")[-1]]

    def get_summary(self) -> str:
        """In a few words."""
        view = self.view
        if not view.shape:
            return "Read it"
        one = view.noun.one
        if view.shape == VERB:
            return view.acts["POST"].says or f"{view.verb.capitalize()} it"
        if view.shape == SEVERAL:
            return "List them" if self.method == "GET" else f"Add one {one}, or many at once"
        return {"GET": f"One {one}", "PATCH": "Change some of its fields", "DELETE": "Remove it"}[self.method]

    def get_description(self) -> str:  # type: ignore[override]  # as drf_spectacular has it
        """What the noun is, and the scope that a token needs."""
        scope = self.view.access.scopes.get(self.method, "")
        says = self.view.noun.says if self.view.shape else str(super().get_description())
        return f"{says}\n\nScope: `{scope}`."

    def get_request_serializer(self) -> Any:
        """What is sent."""
        if not self.view.shape:
            return None
        takes = self.view.takes.get(self.method)
        return takes if takes is not None and takes is not Strict else None

    def get_response_serializers(self) -> Any:
        """What is given."""
        view = self.view
        if not view.shape and view.media_type:
            return {(200, view.media_type): OpenApiTypes.BINARY}
        if not view.shape:
            return {200: view.gives}
        if self.method == "DELETE" or (view.shape == VERB and view.acts["POST"].leaves_nothing):
            return {204: None}
        if view.shape == SEVERAL and self.method == "GET":
            return page_of(view.noun.out)
        act = view.acts.get("POST")
        made = act.makes if act and view.shape == VERB else None
        status = 202 if act and act.later else 201 if made or view.shape == SEVERAL else 200
        return {status: (made or view.noun).single}

    def get_override_parameters(self) -> list[Any]:
        """The query parameters and headers."""
        view = self.view
        if not view.shape:
            return [view.query] if view.query else []
        if self.method == "GET":
            return [view.query, *([_KNOWN] if view.shape == SINGLE else [])]
        if self.method == "POST":
            return [_ONCE, *([_MATCH] if view.shape == VERB else [])]
        return [_MATCH]

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """Such as Action, for ActionOut."""
        return str(super().get_serializer_name(serializer, direction)).removesuffix("Out")


@cache
def page_of(out: type[Out]) -> type[Out]:
    """A page of a list of those."""
    fields = {
        "results": out(many=True),
        "next_cursor": serializers.CharField(
            allow_null=True, help_text="For ?cursor=; null on the last page."
        ),
    }
    return cast("type[Out]", type(f"{out.__name__.removesuffix('Out')}Page", (Out,), fields))


def _many(operation: dict[str, Any], listed: dict[str, Any]) -> None:
    """One is sent and given, or a list. listed: how each of a list is given."""
    sent = operation["requestBody"]["content"]["application/json"]
    one = sent["schema"]
    sent["schema"] = {
        "oneOf": [one, {"type": "array", "items": one, "minItems": 1, "maxItems": MOST_AT_ONCE}]
    }
    made = next(status for status in ("201", "202") if status in operation["responses"])
    given = operation["responses"][made]["content"]["application/json"]
    results = {"type": "array", "items": listed}
    page = {"type": "object", "properties": {"results": results}, "required": ["results"]}
    given["schema"] = {"oneOf": [given["schema"], page]}


def with_problems(result: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A hook after the rest: how problems are said (RFC 9457)."""
    text, number = {"type": "string"}, {"type": "integer"}
    error = {
        "type": "object",
        "properties": {
            "field": text,
            "code": text,
            "message": text,
            "hint": text,
            "start": number,
            "end": number,
        },
        "required": ["field", "code", "message"],
    }
    result["components"]["schemas"]["Problem"] = {
        "type": "object",
        "description": "What is wrong. `code` is stable and for programs; the rest is for people.",
        "properties": {
            "type": text,
            "title": text,
            "status": number,
            "code": text,
            "detail": text,
            "errors": {"type": "array", "items": error},
        },
        "required": ["type", "title", "status", "code", "detail"],
    }
    return result
