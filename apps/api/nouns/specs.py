"""A pilot's spec as it is sent, as YAML or as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.pilots import spec
from apps.pilots.forms.files import out_of_place
from apps.pilots.spec.document import LARGEST

from ..noun import Asked
from ..problems import Problem


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": True}]})
class SpecField(serializers.Field[Any, Any, Any, Any]):
    """YAML as text, or the same as an object; client and engagement may be left out of an object."""

    def to_internal_value(self, data: Any) -> Any:
        """As it was sent."""
        if not isinstance(data, str | dict) or not data:
            raise serializers.ValidationError("A spec is YAML as text, or an object.", "spec")
        if isinstance(data, str) and len(data) > LARGEST:
            raise serializers.ValidationError(
                "This is larger than 1 MiB; a spec is a few lines.", "too_large"
            )
        return data

    def to_representation(self, value: Any) -> Any:
        """As it was sent."""
        return value


def pilot_sent(asked: Asked) -> spec.PilotSpec:
    """The spec that was sent. Raises Problem with all that is wrong, each by its path and line."""
    sent, engagement = asked.sent["spec"], asked.engagement
    place = {"client": engagement.client.name, "engagement": engagement.name}
    try:
        is_text = isinstance(sent, str)
        pilot = spec.parse(sent.replace("\r\n", "\n")) if is_text else spec.from_data({**place, **sent})
    except spec.InvalidSpec as error:
        words = "The spec cannot be taken as it is; each error names its path."
        raise Problem(422, "spec", words, errors=[_told(one) for one in error.errors]) from None
    if told := out_of_place(pilot, **place):
        errors = [{"field": "spec", "code": "place", "message": message} for message in told]
        raise Problem(422, "fields", told[0], errors=errors)
    return pilot


def _told(error: spec.SpecError) -> dict[str, Any]:
    """As an error of a field, with its line and column where the spec came as text."""
    where = {"line": error.line, "column": error.column} if error.line else {}
    field = f"spec.{error.path}" if error.path else "spec"
    return {"field": field, "code": "spec", "message": error.message, "hint": error.hint, **where}
