"""Attachments: what is known of them in a table, and the files as they are. They pass the same doors as an upload."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from django.core.files import File as Opened

from apps.core.errors import Refused
from apps.core.text import slug_of
from apps.engagements.models import Attachment
from apps.engagements.rules.attachments import Unfit as UnfitFile
from apps.engagements.rules.attachments import file_name
from apps.engagements.services.attachments import folder, kept, require_room
from apps.engagements.services.contents import media_type_of

from ..rules.limits import PIECE
from ..rules.refusal import Unfit
from ..shape.nouns import Noun
from ..shape.reading import Into, Values
from ..shape.writing import File, Out

NOUN = Noun("attachments", Attachment, "item__engagement", leave=["path"])
NOUNS = (NOUN,)
PATH = "attachments.csv"
FOLDER = "attachments"


def write(out: Out) -> Iterator[File]:
    """Rows out, then the files. Raises Refused for one that is not there any more."""
    yield from out.table(NOUN, PATH)
    for number, row in enumerate(NOUN.rows(out.engagement), 1):
        if row.removed_at is None:
            lies = folder() / row.path
            if not lies.is_file():
                raise Refused(
                    "file_missing", f"The file of {row.name} is not there; nothing can be handed over."
                )
            yield _path(number, row.name), _pieces(row)


def _path(number: int, name: str) -> str:
    ending = PurePosixPath(name).suffix.lower()
    plain = ending if ending[1:].isascii() and ending[1:].isalnum() else ""
    return f"{FOLDER}/{number}-{slug_of(PurePosixPath(name).stem, limit=40)}{plain}"


def _pieces(row: Attachment) -> Iterator[bytes]:
    with open(folder() / row.path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def read(into: Into) -> None:
    """Rows in, with their files. Raises Unfit for a file that an upload would refuse."""
    for values, line in into.table(NOUN, PATH):
        number = int(into.ids.name_of(values["id"]).rpartition("/")[2])
        path = (
            _kept(into, _path(number, values["name"]), values, line) if values["removed_at"] is None else ""
        )
        # the row of a removed file keeps a name under which nothing lies
        into.put(NOUN, [values | {"path": path or f"removed/{values['id'].hex}"}])


def _kept(into: Into, path: str, values: Values, line: int) -> str:
    if not into.has(path):
        raise Unfit(f"The pack has no file {path}.", PATH, line)
    sealed = into.manifest.files[path]
    if (sealed.size, sealed.sha256) != (values["size"], values["sha256"]):
        raise Unfit("Size and digest are not those of its file.", PATH, line)
    with into.open(path) as stream:
        file = Opened(stream, name=values["name"])
        file.size = sealed.size
        try:
            require_room(sealed.size)
            if media_type_of(file, values["name"]) != values["media_type"]:
                raise Unfit("This is another kind of file than the table says.", path)
            if file_name(values["name"], values["media_type"]) != values["name"]:
                raise Unfit("No file is called so here.", PATH, line)
            file.seek(0)
            found: str = into.keep(kept(file))[0]
        except UnfitFile as error:
            raise Unfit(str(error), path) from None
        except Refused as error:
            raise Unfit(error.message, path) from None
        finally:
            into.now = PATH
    return found
