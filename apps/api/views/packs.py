"""Handover packs that are brought along: taken in."""

from collections.abc import Mapping
from typing import Any

from apps.handover.services import waiting

from ..access import access, of_none
from ..nouns.packs import PACKS, UPLOAD
from .uploads import Upload


@access(scopes={"POST": "handover:write"}, on=of_none(UPLOAD), roles=waiting.MAY)
class PackUpload(Upload):
    """A pack from another Fieldwork."""

    noun = PACKS
    acts: Mapping[str, Any] = {"POST": UPLOAD}
    takes: Mapping[str, Any] = {"POST": UPLOAD.takes}

    def require_room(self, size: int) -> None:
        """As its form asks."""
        waiting.require_size(size)
