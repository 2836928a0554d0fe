import hashlib
import json
import uuid

from django.db import migrations, models
from django.utils import timezone

# Not merely refused by the services but impossible, for whoever comes with SQL as well. They go with their
# engagement alone, which services/removal.py names for the length of its transaction.
FORWARDS = """
CREATE FUNCTION gate_decision_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    going text := current_setting('fieldwork.removing_engagement', true);
    gate uuid;
BEGIN
    IF TG_OP = 'DELETE' AND coalesce(going, '') <> '' THEN
        IF TG_TABLE_NAME = 'engagements_override' THEN
            SELECT gate_id INTO gate FROM engagements_gatedecision WHERE id = OLD.decision_id;
        ELSE
            gate := OLD.gate_id;
        END IF;
        IF EXISTS (SELECT 1 FROM engagements_item WHERE id = gate AND engagement_id::text = going) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION '% is kept for good: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER gate_decision_no_change BEFORE UPDATE OR DELETE ON engagements_gatedecision
    FOR EACH ROW EXECUTE FUNCTION gate_decision_is_kept();
CREATE TRIGGER gate_decision_no_truncate BEFORE TRUNCATE ON engagements_gatedecision
    FOR EACH STATEMENT EXECUTE FUNCTION gate_decision_is_kept();
CREATE TRIGGER override_no_change BEFORE UPDATE OR DELETE ON engagements_override
    FOR EACH ROW EXECUTE FUNCTION gate_decision_is_kept();
CREATE TRIGGER override_no_truncate BEFORE TRUNCATE ON engagements_override
    FOR EACH STATEMENT EXECUTE FUNCTION gate_decision_is_kept();
"""
BACKWARDS = """
DROP TRIGGER override_no_truncate ON engagements_override;
DROP TRIGGER override_no_change ON engagements_override;
DROP TRIGGER gate_decision_no_truncate ON engagements_gatedecision;
DROP TRIGGER gate_decision_no_change ON engagements_gatedecision;
DROP FUNCTION gate_decision_is_kept();
"""
STAGES = ("scoping", "connect", "pilot", "deploy", "adopt", "handover")
REASON = "moved before gates were decided here"
STANDING = {
    "scoping": [("approval", "Approved by the client")],
    "connect": [("attested", "Security review done")],
    "pilot": [("approval", "Approved by the client")],
    "deploy": [
        ("attested", "Rollback rehearsed"),
        ("attested", "Somebody picks up the phone: on-call named"),
    ],
    "adopt": [("approval", "Approved by the client")],
}


def keep_in_sight(apps, schema_editor):
    """A gate that somebody wrote down before is in the client's sight from now on."""
    gates = apps.get_model("engagements", "Item").objects.filter(kind="gate")
    gates.update(client_visible=True, removed_at=None, removed_by=None)
    _check_now(schema_editor)


def give_gates(apps, schema_editor):
    """Every engagement has its five gates, of which it has passed those before its stage."""
    for engagement in apps.get_model("engagements", "Engagement").objects.iterator():
        known = set(
            apps.get_model("engagements", "Gate")
            .objects.filter(engagement=engagement)
            .values_list("stage", flat=True)
        )
        for number, stage in enumerate(STAGES[:-1], 1):
            if stage not in known:
                _give(apps, engagement, number, stage)
    _check_now(schema_editor)


def _check_now(schema_editor):
    """Tables with checks outstanding cannot be altered in the same transaction."""
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


def _give(apps, engagement, number, stage):
    passed = number - 1 < STAGES.index(engagement.stage)
    now = timezone.now()
    required = [] if passed else _required(stage)
    gate = apps.get_model("engagements", "Gate").objects.create(
        engagement=engagement,
        kind="gate",
        number=number,
        stage=stage,
        title=stage.capitalize(),
        client_visible=True,
        state="passed" if passed else "open",
        closed_at=now if passed else None,
        required=len(required),
    )
    for position, (proof, title, check) in enumerate(required):
        apps.get_model("engagements", "ExitCriterion").objects.create(
            gate=gate, position=position, proof=proof, title=title, check_name=check
        )
    if passed:
        evidence = {"moved": REASON, "stage": stage, "exit_criteria": []}
        text = json.dumps(evidence, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        apps.get_model("engagements", "GateDecision").objects.create(
            gate=gate,
            number=1,
            outcome="go",
            reason=REASON,
            evidence=evidence,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            at=now,
        )


def _required(stage):
    """The checks that are registered when this is applied, then the standing ones."""
    from apps.engagements import checks

    asked = [("check", check.title, check.name) for check in checks.of_stage(stage)]
    return asked + [(proof, title, "") for proof, title in STANDING[stage]]


class Migration(migrations.Migration):
    dependencies = [("engagements", "0003_items")]
    operations = [
        migrations.AddField("gate", "held", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("gate", "required", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField(
            "override",
            "exit_criterion",
            models.UUIDField(default=uuid.uuid4),
            preserve_default=False,
        ),
        migrations.RunPython(keep_in_sight, migrations.RunPython.noop),
        migrations.AddConstraint(
            "item",
            models.CheckConstraint(
                condition=models.Q(client_visible=True, removed_at=None) | ~models.Q(kind__in=["gate"]),
                name="item_kept_in_sight",
            ),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
        # Backwards, the gates stay: nothing that anybody decided is lost.
        migrations.RunPython(give_gates, migrations.RunPython.noop),
    ]
