from django.db import migrations, models

# Until now a criterion could not be changed, so that what decides is what decided.
GOALS = """
UPDATE pilots_judgement j SET metric = c.metric, direction = c.direction, threshold = c.threshold
FROM pilots_binding b JOIN scoping_successcriterion c ON c.item_ptr_id = b.criterion_id
WHERE b.id = j.binding_id;
UPDATE scoping_measurement m SET verdict = j.verdict FROM pilots_judgement j WHERE j.measurement_id = m.id;
"""


class Migration(migrations.Migration):
    dependencies = [("pilots", "0004_spec_as_written"), ("scoping", "0003_use_cases_and_goals")]
    operations = [
        migrations.AddField("judgement", "metric", models.CharField(blank=True, max_length=80, default=""), False),
        migrations.AddField("judgement", "direction", models.CharField(blank=True, max_length=8, default=""), False),
        migrations.AddField("judgement", "threshold", models.FloatField(null=True)),
        migrations.RunSQL(GOALS, migrations.RunSQL.noop),
    ]
