"""A hospital sorts referral letters to departments: its private rows, its pilot, and the people on it."""

from pathlib import Path

from django.db import transaction

from apps.accounts.models import User
from apps.engagements.models import Engagement, MemberRole, Stage
from apps.engagements.services import add_member, ensure_client, ensure_engagement, set_stage
from apps.pilots import spec
from apps.pilots.models import Evaluation
from apps.pilots.services.authoring import write_evaluation

from . import letters

CLIENT, ENGAGEMENT, NAME = "Larkfield Hospital", "Referral triage", "referral-departments"
TRAIN_SEED, TEST_SEED, TRAIN_ROWS, TEST_ROWS = 11, 23, 1500, 800
SPEC = """\
client: {client}
engagement: {engagement}
dataset:
  source: {{kind: csv, path: {folder}/letters.csv}}
  input: [text]
  reference: department
  slices: [channel]
  sample: {{size: 600, seed: 7}}
system: You sort referral letters of a hospital.
prompt: |
  Which department is this referral letter for? Answer with the department only.

  {{{{ text }}}}
targets:
  - {{name: practice model large, kind: openai, base_url: "{endpoint}", model: practice-large,
     params: {{temperature: 0, max_tokens: 16}}, price: {{input: 0.50, output: 1.50}}}}
  - {{name: practice model small, kind: openai, base_url: "{endpoint}", model: practice-small,
     params: {{temperature: 0, max_tokens: 16}}, price: {{input: 0.05, output: 0.15}}}}
  - {{name: keyword rules of today, kind: recorded, column: rules_said}}
  - {{name: nearest letter, kind: baseline, method: nearest, train: {{kind: csv, path: {folder}/train.csv}}}}
  - {{name: most frequent, kind: baseline, method: majority, train: {{kind: csv, path: {folder}/train.csv}}}}
scorers: [exact]
criteria:
  - {{target: practice model large, metric: exact, at_least: 0.80}}
  - {{target: practice model large, metric: latency_p95_ms, at_most: 2000}}
  - {{target: practice model small, metric: cost_per_1000, at_most: 0.05}}
privacy: full
limits: {{concurrency: 8, cost: 1.00}}
"""


def write_rows(folder: Path, practice: Path) -> None:
    """The hospital's rows below `folder`, and in `practice` (a CSV file) those the practice endpoint learns from."""
    for path in (folder, practice.parent):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, seed, number in (("train", TRAIN_SEED, TRAIN_ROWS), ("letters", TEST_SEED, TEST_ROWS)):
        path = folder / f"{name}.csv"
        if not path.exists():
            letters.write(path, seed=seed, number=number)
    if not practice.exists():
        letters.write_labelled(practice, seed=TRAIN_SEED, number=TRAIN_ROWS)


@transaction.atomic
def ensure(people: dict[str, User]) -> Engagement:
    """The client, its engagement in pilot, and the demo people on it."""
    client = ensure_client(by=None, name=CLIENT)
    engagement = ensure_engagement(by=None, client=client, name=ENGAGEMENT)
    if engagement.stage == Stage.SCOPING:
        set_stage(by=None, engagement=engagement, stage=Stage.PILOT)
    for role, place in (("fde", MemberRole.LEAD), ("client", MemberRole.VIEWER)):
        if role in people and not engagement.members.filter(user=people[role]).exists():
            add_member(by=None, engagement=engagement, user=people[role], role=place)
    return engagement


def evaluation(folder: Path, endpoint: str) -> Evaluation:
    """The hospital's evaluation against the practice endpoint at `endpoint` (its address ends in /v1)."""
    text = SPEC.format(client=CLIENT, engagement=ENGAGEMENT, folder=folder, endpoint=endpoint)
    return write_evaluation(by=None, name=NAME, pilot=spec.parse(text))
