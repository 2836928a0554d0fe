"""Which addresses a noun has, and who may use them."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import URLPattern, path

from .access import access, of_engagement, of_none, of_row
from .noun import Act, Noun
from .queries import list_query, one_query, with_version
from .views.nouns import OfNoun, Several, Single, Verb


def routes_of(noun: Noun) -> Iterator[URLPattern]:
    """Its addresses. What belongs to an engagement is made below it, anything else where its list is."""
    adds = {"POST": noun.add} if noun.add else {}
    if noun.lies_on_one:
        yield path(
            f"engagements/<uuid:pk>/{noun.name}/",
            _several(noun, adds, of_engagement(noun.add)),
            name=f"{noun.name}-of-engagement",
        )
        adds = {}
    if noun.everywhere:
        yield path(f"{noun.name}/", _several(noun, adds, of_none(noun.add)), name=noun.name)
    yield path(f"{noun.name}/<uuid:pk>/", _single(noun), name=f"{noun.name}-one")
    for name, act in noun.verbs.items():
        yield path(f"{noun.name}/<uuid:pk>/{name}/", _verb(noun, name, act), name=f"{noun.name}-{name}")


def _several(noun: Noun, acts: Mapping[str, Act], on: Any) -> Any:
    methods = {"get": Several.listed, **({"post": Several.added} if acts else {})}
    takes = {method: act.takes for method, act in acts.items()}
    return _view(noun, Several, methods, acts, takes, on, query=list_query(noun))


def _single(noun: Noun) -> Any:
    methods: dict[str, Any] = {"get": Single.given}
    acts: dict[str, Act] = {}
    takes = {}
    if noun.change:
        methods["patch"], acts["PATCH"] = Single.changed, noun.change
        takes["PATCH"] = with_version(noun, noun.change.takes)
    if noun.remove:
        methods["delete"], acts["DELETE"] = Single.removed, noun.remove
    return _view(noun, Single, methods, acts, takes, of_row(noun, acts), query=one_query(noun))


def _verb(noun: Noun, name: str, act: Act) -> Any:
    acts = {"POST": act}
    return _view(noun, Verb, {"post": Verb.done}, acts, {"POST": act.takes}, of_row(noun, acts), verb=name)


def _view(
    noun: Noun, base: type[OfNoun], methods: Mapping[str, Any], acts: Any, takes: Any, on: Any, **more: Any
) -> Any:
    reads, writes = f"{noun.scope}:read", f"{noun.writes or noun.scope}:write"
    scopes = {name.upper(): reads if name == "get" else writes for name in methods}
    name = f"{base.__name__}{noun.name.title().replace('-', '')}"
    attributes = {"noun": noun, "acts": acts, "takes": takes, **methods, **more, "__doc__": noun.says}
    view: Any = type(name, (base,), attributes)
    return access(scopes=scopes, on=on, roles=noun.roles)(view).as_view()
