"""Which files may hang on an item, told from their content and not from their name. Pure decisions."""

import unicodedata
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

NAME = 200  # characters of a file's name
SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"})
_OFFICE = "application/vnd.openxmlformats-officedocument."
# What is kept → the endings under which it may come; the first is given to a name that has none.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    "text/plain": (".txt", ".log"),
    "text/csv": (".csv",),
    "text/markdown": (".md", ".markdown"),
    "application/json": (".json",),
    f"{_OFFICE}wordprocessingml.document": (".docx",),
    f"{_OFFICE}spreadsheetml.sheet": (".xlsx",),
    f"{_OFFICE}presentationml.presentation": (".pptx",),
}
TEXTS = frozenset({"text/plain", "text/csv", "text/markdown", "application/json"})
_NAMES = {
    "image/png": "a PNG picture",
    "image/jpeg": "a JPEG picture",
    "image/gif": "a GIF picture",
    "image/webp": "a WebP picture",
    "application/pdf": "a PDF",
    "text/plain": "plain text",
    "text/csv": "CSV",
    "text/markdown": "Markdown",
    "application/json": "JSON",
    f"{_OFFICE}wordprocessingml.document": "a Word document",
    f"{_OFFICE}spreadsheetml.sheet": "an Excel workbook",
    f"{_OFFICE}presentationml.presentation": "a PowerPoint presentation",
}
KEPT = "PNG, JPEG, GIF, WebP, PDF, text, CSV, Markdown, JSON, DOCX, XLSX and PPTX are kept"
_TYPE_OF_ENDING = {ending: kept for kept, endings in ENDINGS.items() for ending in endings}
_OFFICE_PARTS = {
    "word/document.xml": f"{_OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OFFICE}presentationml.presentation",
}
_MARKUP = ("<!doctype", "<html", "<svg", "<script", "<?xml", "<?php")
_RUNS = ("vbaproject.bin", "vbadata.xml", "/macrosheets/", "/activex/", "/customui/")


class Unfit(ValueError):
    """A file that cannot be kept; the message says what it is and what would be right."""


def name_of(media_type: str) -> str:
    """A kind of file in words, such as "a PDF"."""
    return _NAMES.get(media_type, media_type)


def file_name(said: str, media_type: str) -> str:
    """The name under which a file is offered again: without folders, without characters that cannot be seen or
    that turn the direction of writing, at most NAME long, its ending kept or added."""
    last = said.replace("\\", "/").rstrip("/").rpartition("/")[2]
    seen = (one if one.isprintable() else "" for one in unicodedata.normalize("NFC", last))
    name = " ".join("".join(seen).split()).strip(". ")
    ending = ENDINGS[media_type][0]
    path = PurePosixPath(name) if name else PurePosixPath("file")
    if path.suffix.lower() in ENDINGS[media_type]:
        ending, stem = path.suffix, path.stem
    else:
        stem = path.name
    return f"{stem[: NAME - len(ending)].rstrip()}{ending}"


def settled(found: str, said: str) -> str:
    """The kind under which a file is kept whose content is of the kind `found` and that is called `said`.
    Text is what its ending says, as far as it can be. Raises Unfit when the ending says something else."""
    ending = _ending(said)
    claimed = _TYPE_OF_ENDING.get(ending)
    if found not in ENDINGS:
        raise Unfit(f"This is {name_of(found)}. {KEPT}.")
    if not ending or claimed == found:
        return found
    if found in TEXTS and claimed in TEXTS and claimed != "application/json":
        return claimed  # no content tells Markdown from plain text
    right = " or ".join(ENDINGS[found])
    raise Unfit(f"This is called {ending} but is {name_of(found)}. If that is right, name it {right}.")


def text_kind(text: str, *, is_json: bool, said: str) -> str:
    """The kind of a text. Raises Unfit for a web page, a picture in XML or a program that is no plain text."""
    head = text[:200].lstrip("\ufeff \t\r\n").lower()
    claimed = _TYPE_OF_ENDING.get(_ending(said))
    if head.startswith(_MARKUP) and claimed not in {"text/plain", "text/markdown"}:
        raise Unfit(f"This is markup, such as a web page or an SVG. {KEPT}.")
    if _ending(said) and claimed is None:
        raise Unfit(f"Files called {_ending(said)} are not kept. {KEPT}.")
    return "application/json" if is_json and claimed in {None, "application/json"} else "text/plain"


def office_kind(names: Collection[str], content_types: str) -> str:
    """The kind of an archive with files of those names; content_types: what its [Content_Types].xml says.
    Raises Unfit for any other archive, and for documents that bring programs along."""
    lower = [name.lower() for name in names]
    found = [kind for part, kind in _OFFICE_PARTS.items() if part in lower]
    if "[content_types].xml" not in lower or len(found) != 1:
        raise Unfit(f"This is an archive; attach the files inside one by one. {KEPT}.")
    runs = any(mark in f"/{name}" for name in lower for mark in _RUNS)
    if runs or "macroenabled" in content_types.lower():
        raise Unfit(f"This is {name_of(found[0])} with macros; save it without them.")
    return found[0]


def _ending(said: str) -> str:
    """In lower case with its dot; empty when there is none, or none that could be one ("report 1.2")."""
    last = said.replace("\\", "/").rpartition("/")[2]
    ending = PurePosixPath("".join(one for one in last if one.isprintable())).suffix.lower().strip()
    return ending if 1 < len(ending) <= 12 and " " not in ending and not ending[1:].isdigit() else ""
