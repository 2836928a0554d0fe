"""A dry run: the dataset is drawn as a run would draw it, and its first prompts are made; nobody is called."""

from dataclasses import dataclass
from pathlib import Path

from ..contract.messages import Extent
from ..contract.plan import AnthropicTarget, OpenAITarget, Plan
from ..engine.course import prompt_of
from ..prompts import fields_of, render
from ..readers.access import Access
from ..samples import Sample
from ..snapshots import file_of, freeze, rows_of
from ..snapshots.drawing import Watch

SHOWN = 5  # samples


@dataclass(frozen=True)
class Prompt:
    """One sample's prompt for target number `target`; fields: those that the prompt uses."""

    sample: Sample
    target: int
    text: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Rehearsal:
    extent: Extent
    prompts: list[Prompt]


def rehearse(plan: Plan, *, folder: Path, secret: bytes, access: Access, watch: Watch) -> Rehearsal:
    """Draw and prompt; what was frozen for it is deleted again. Raises what freezing refuses, and a bad prompt."""
    templates = {
        number: prompt_of(plan, target)
        for number, target in enumerate(plan.targets)
        if isinstance(target, OpenAITarget | AnthropicTarget)
    }
    try:
        extent = freeze(plan, folder=folder, secret=secret, access=access, watch=watch)
        prompts = [
            Prompt(sample, number, render(template, sample.fields), tuple(fields_of(template)))
            for sample in rows_of(folder, plan, 0, SHOWN)
            for number, template in templates.items()
        ]
    finally:
        file_of(folder, plan.run).unlink(missing_ok=True)
    return Rehearsal(extent, prompts)
