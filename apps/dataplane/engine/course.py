"""What is the same for every call of a chunk: address, headers, limits, and how a row becomes a call."""

import hashlib
import json
import ssl
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from aiohttp import ClientTimeout
from multidict import CIMultiDict

from ..answers import AnswerCache, Kept
from ..budget import Ask, cap_of, price_of
from ..clients import client_for
from ..contract.plan import AnthropicTarget, OpenAITarget, Plan
from ..prompts import fields_of, render
from ..references import PREFIXES
from ..refusal import Refusal
from ..samples import Outcome, Sample
from .panel import Panel

Model = OpenAITarget | AnthropicTarget
OVERHEAD = 32  # tokens that an endpoint may add around a prompt


class Call(NamedTuple):
    """A sample whose answer must be asked for. worst: tokens in and out, and picodollars, at the most."""

    sample: Sample
    prompt: str
    key: bytes
    tokens: int
    worst: int


class Course:
    """Everything about calls of one target in one run. Raises Refusal.

    `resolve` turns a reference into its value; the values live here only, and nothing here has a repr.
    """

    def __init__(self, plan: Plan, target: int, resolve: Callable[[str], str]) -> None:
        self.plan, self.index, self.target, self.panel = (
            plan,
            target,
            _model(plan, target),
            Panel(plan.scorers),
        )
        self.template, self.system = prompt_of(plan, self.target), self.target.system or plan.system
        self.client = client_for(self.target, system=self.system)
        self.secrets: list[str] = []
        self.headers, self.proxy = self._headers(resolve), self._value(self.target.proxy, resolve)
        self.timeout = ClientTimeout(total=plan.limits.timeout)
        self.cap = cap_of(plan.limits.cost)
        self.priced = price_of(self.target.price, 1, 1) > 0
        self._system_bytes = len((self.system or "").encode("utf-8", "surrogatepass"))
        self._key = hashlib.sha256(self._identity())

    @property
    def endpoint(self) -> tuple[str, str | None, str]:
        """What shares limits: the address, the credential and the model."""
        return self.target.base_url.rstrip("/"), self.target.api_key, self.target.model

    def call(self, sample: Sample) -> Call:
        prompt = render(self.template, sample.fields)
        encoded = prompt.encode("utf-8", "surrogatepass")
        key = self._key.copy()
        key.update(encoded)
        read = len(encoded) + self._system_bytes + OVERHEAD
        worst = price_of(self.target.price, read, self.client.max_tokens) if self.priced else 0
        return Call(sample, prompt, key.digest(), read + self.client.max_tokens, worst)

    def ask(self, call: Call) -> Ask:
        return Ask(self.plan.run, call.worst, self.cap)

    def prepare(self, samples: Iterable[Sample], cache: AnswerCache) -> tuple[list[Outcome], list[Call]]:
        """Outcomes of the rows whose answers are at hand, and the calls that the others need."""
        calls = [self.call(sample) for sample in samples]
        mode, run = self.plan.cache, self.plan.run
        if mode == "off" or not calls:
            return [], calls
        own = cache.of_run(run, self.index, [(call.sample.n, call.key) for call in calls])
        wanted = [call.key for call in calls if call.sample.n not in own]
        others = cache.of_others(run, wanted) if mode == "reuse" and wanted else {}
        outcomes, missing = [], []
        for call in calls:
            n = call.sample.n
            kept = own.get(n) or others.get(call.key)
            if kept is None:
                missing.append(call)
                continue
            outcome = self.outcome(call, kept.answer, kept.kind, kept.input_tokens, kept.output_tokens)
            outcome.cached = "resumed" if n in own else "reused"
            outcomes.append(outcome)
        return outcomes, missing

    def outcome(self, call: Call, text: str, kind: str, read: int | None, written: int | None) -> Outcome:
        """An answer, scored. Its cost is the worst case where the endpoint does not say its tokens."""
        cost = self.cost(call, read, written) / 1e12
        outcome = Outcome(call.sample, kind, prompt=call.prompt, answer=text, cost=cost)
        outcome.input_tokens, outcome.output_tokens = read, written
        return self.panel.judge(outcome)

    def cost(self, call: Call, read: int | None, written: int | None) -> int:
        """Picodollars that the call costs; its worst case when its tokens are not known."""
        if not self.priced:
            return 0
        if read is None or written is None:
            return call.worst
        return price_of(self.target.price, read, written)

    def kept(self, call: Call, outcome: Outcome, kind: str) -> Kept:
        n, answer = call.sample.n, outcome.answer or ""
        tokens = outcome.input_tokens, outcome.output_tokens
        return Kept(self.plan.run, self.index, n, call.key, kind, answer, *tokens)

    def without_secrets(self, text: str) -> str:
        """Text of the endpoint may repeat a credential; the site's log must not."""
        for secret in self.secrets:
            text = text.replace(secret, "[secret]")
        return text

    def tls(self) -> ssl.SSLContext | bool:
        """How to check certificates. Raises Refusal when the plan's own authority cannot be read."""
        if self.target.ca is None:
            return True
        try:
            return ssl.create_default_context(cafile=self.target.ca)
        except (OSError, ValueError) as error:
            raise Refusal("ca_unreadable", detail=self.target.ca) from error

    @property
    def connection(self) -> tuple[str, float, str | None]:
        """What shares a session; a renewed certificate file begins a new one."""
        ca = self.target.ca
        changed = Path(ca).stat().st_mtime if ca and Path(ca).exists() else 0.0
        return ca or "", changed, self.proxy

    def _headers(self, resolve: Callable[[str], str]) -> CIMultiDict[str]:
        api_key = None if self.target.api_key is None else self._secret(self.target.api_key, resolve)
        own = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        given = {name: self._value(value, resolve) or "" for name, value in self.target.headers.items()}
        headers = CIMultiDict(own)
        headers.update(self.client.headers(api_key))
        headers.update(given)
        return headers

    def _value(self, value: str | None, resolve: Callable[[str], str]) -> str | None:
        return self._secret(value, resolve) if value and value.startswith(PREFIXES) else value

    def _secret(self, reference: str, resolve: Callable[[str], str]) -> str:
        try:
            value = resolve(reference).strip()
        except LookupError as error:
            raise Refusal("secret_missing", facts={"reference": reference}) from error
        if not value:
            raise Refusal("secret_missing", facts={"reference": reference})
        if not value.isprintable():
            raise Refusal("secret_unusable", detail=reference)
        self.secrets.append(value)
        return value

    def _identity(self) -> bytes:
        """What makes two calls with the same prompt the same call."""
        target = self.target
        address = [target.kind, target.base_url.rstrip("/"), target.headers]
        return json.dumps([address, target.model, self.system, target.params, ""], sort_keys=True).encode()


def _model(plan: Plan, target: int) -> Model:
    found = plan.targets[target]
    if not isinstance(found, Model):
        raise Refusal("plan_unsupported", detail=f"{found.kind} is no model")
    return found


def prompt_of(plan: Plan, target: Model) -> str:
    """The template that holds for `target`, whose fields must all be input columns. Raises Refusal."""
    template = target.prompt or plan.prompt
    if template is None:
        raise Refusal("plan_unsupported", detail=f"target {target.name} has no prompt")
    unknown = [name for name in fields_of(template) if name not in plan.dataset.input]
    if unknown:
        raise Refusal(
            "source_missing_column", detail=f"the prompt of {target.name} uses {', '.join(unknown)}"
        )
    return template
