"""The same page from constants: what a view gave its template is kept, and the template is rendered again with it, by
the same middleware for the same session, without asking the database for anything else."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.library import InclusionNode, SimpleNode
from django.test import Client
from django.test.utils import CaptureQueriesContext


class Constants:
    """What one page gave its template (`template`, `context`), and what the tags in it that ask the database have
    answered, by their place in the template."""

    def __init__(self) -> None:
        self.template = ""
        self.context: dict[str, Any] = {}
        self.answers: dict[int, list[Any]] = defaultdict(list)

    def record(self, client: Client, address: str, headers: dict[str, str] | None = None) -> None:
        """Ask for the page once, and keep what its template was given."""

        def kept(request: HttpRequest, template: str, context: Any = None, **more: Any) -> HttpResponse:
            self.template, self.context = template, context or {}
            return render(request, template, context, **more)

        with self._tags(self._recorded), everywhere("render", render, kept):
            response = client.get(address, HTTP_HOST="localhost", headers=headers)
        assert response.status_code == 200, response
        assert self.template, "the page was rendered otherwise"

    def page(self, request: HttpRequest, **arguments: Any) -> HttpResponse:
        """A view: the page from constants, for whoever is signed in."""
        assert request.user.is_authenticated
        left = {node: iter(answers) for node, answers in self.answers.items()}
        with self._tags(lambda node, func: _replayed(left[id(node)]) if id(node) in left else func):
            return render(request, self.template, self.context)

    def _recorded(self, node: Any, func: Any) -> Any:
        def recorded(*args: Any, **kwargs: Any) -> Any:
            with CaptureQueriesContext(connection) as asked:
                answer = func(*args, **kwargs)
            if len(asked) or id(node) in self.answers:
                self.answers[id(node)].append(answer)
            return answer

        return recorded

    @contextmanager
    def _tags(self, instead: Any) -> Iterator[None]:
        """Every tag of a template calls what `instead(node, function)` gives."""

        def around(original: Any) -> Any:
            def rendered(node: Any, context: Any) -> Any:
                func = node.func
                node.func = instead(node, func)
                try:
                    return original(node, context)
                finally:
                    node.func = func

            return rendered

        with (
            patch.object(InclusionNode, "render", around(InclusionNode.render)),
            patch.object(SimpleNode, "render", around(SimpleNode.render)),
        ):
            yield


def _replayed(answers: Iterator[Any]) -> Any:
    return lambda *args, **kwargs: next(answers)


@contextmanager
def everywhere(name: str, before: Any, after: Any) -> Iterator[None]:
    """In every module of ours that has imported `before` under that name, `after` stands in its place."""
    import sys

    changed = [
        module
        for key, module in list(sys.modules.items())
        if key.startswith("apps.") and getattr(module, name, None) is before
    ]
    for module in changed:
        setattr(module, name, after)
    try:
        yield
    finally:
        for module in changed:
            setattr(module, name, before)
