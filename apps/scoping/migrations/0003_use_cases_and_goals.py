"""Use cases, baselines and value assumptions; what a criterion may leave open; what a measurement keeps."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

# What decided when it was measured was what decides now: a criterion could not be changed.
GOALS = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE scoping_measurement m
SET metric = c.metric, direction = c.direction, threshold = c.threshold, unit = c.unit,
    verdict = CASE
        WHEN c.direction = 'at_least' AND m.low >= c.threshold THEN 'met'
        WHEN c.direction = 'at_least' AND m.high < c.threshold THEN 'missed'
        WHEN c.direction = 'at_most' AND m.high <= c.threshold THEN 'met'
        WHEN c.direction = 'at_most' AND m.low > c.threshold THEN 'missed'
        ELSE 'undecided'
    END
FROM scoping_successcriterion c WHERE c.item_ptr_id = m.criterion_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('engagements', '0003_items'),
        ('scoping', '0002_criteria_are_items'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Baseline',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('metric', models.CharField(max_length=80)),
                ('value', models.FloatField()),
                ('unit', models.CharField(blank=True, max_length=40)),
                ('n', models.PositiveIntegerField(null=True)),
                ('how', models.TextField()),
                ('measured_on', models.DateField(null=True)),
                ('basis', models.CharField(choices=[('measured', 'measured'), ('stated', 'stated'), ('estimated', 'estimated')], max_length=10)),
            ],
            options={
                'ordering': ['created_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='UseCase',
            fields=[
                ('item_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='engagements.item')),
                ('stated_problem', models.TextField(blank=True)),
                ('real_problem', models.TextField(blank=True)),
                ('sufferers', models.TextField(blank=True)),
                ('steps', models.JSONField(default=list)),
                ('volume', models.FloatField(null=True)),
                ('volume_basis', models.CharField(choices=[('measured', 'measured'), ('stated', 'stated'), ('estimated', 'estimated')], default='estimated', max_length=10)),
                ('minutes_per_case', models.FloatField(null=True)),
                ('minutes_basis', models.CharField(choices=[('measured', 'measured'), ('stated', 'stated'), ('estimated', 'estimated')], default='estimated', max_length=10)),
                ('exceptions', models.TextField(blank=True)),
                ('limits', models.TextField(blank=True)),
                ('compliance', models.TextField(blank=True)),
                ('score_value', models.PositiveSmallIntegerField(null=True)),
                ('value_why', models.CharField(blank=True, max_length=300)),
                ('score_feasibility', models.PositiveSmallIntegerField(null=True)),
                ('feasibility_why', models.CharField(blank=True, max_length=300)),
                ('score_risk', models.PositiveSmallIntegerField(null=True)),
                ('risk_why', models.CharField(blank=True, max_length=300)),
                ('business_owner_name', models.CharField(blank=True, max_length=120)),
                ('settled_why', models.TextField(blank=True)),
                ('section_versions', models.JSONField(default=dict)),
            ],
            bases=('engagements.item',),
        ),
        migrations.CreateModel(
            name='ValueAssumption',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('wording', models.CharField(max_length=200)),
                ('value', models.FloatField()),
                ('unit', models.CharField(blank=True, max_length=40)),
                ('basis', models.CharField(choices=[('measured', 'measured'), ('stated', 'stated'), ('estimated', 'estimated')], max_length=10)),
                ('source', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['created_at', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='measurement',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='measurements', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='measurement',
            name='direction',
            field=models.CharField(choices=[('at_least', 'at least'), ('at_most', 'at most')], default='at_least', max_length=8),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='measurement',
            name='evidence',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='proves', to='engagements.item'),
        ),
        migrations.AddField(
            model_name='measurement',
            name='how',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='measurement',
            name='link',
            field=models.URLField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='measurement',
            name='metric',
            field=models.CharField(default='', max_length=80),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='measurement',
            name='threshold',
            field=models.FloatField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='measurement',
            name='unit',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='measurement',
            name='verdict',
            field=models.CharField(choices=[('met', 'met'), ('missed', 'missed'), ('undecided', 'undecided')], default='undecided', max_length=10),
            preserve_default=False,
        ),
        migrations.RunSQL(GOALS, migrations.RunSQL.noop),
        migrations.AddField(
            model_name='successcriterion',
            name='decider',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decides_on', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='successcriterion',
            name='decider_name',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='successcriterion',
            name='measured_by',
            field=models.CharField(choices=[('pilot', "A pilot's metric"), ('adoption', 'An adoption metric'), ('hand', 'By hand, with evidence')], default='pilot', max_length=8),
        ),
        migrations.AlterField(
            model_name='measurement',
            name='n',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='successcriterion',
            name='direction',
            field=models.CharField(blank=True, choices=[('at_least', 'at least'), ('at_most', 'at most')], max_length=8),
        ),
        migrations.AlterField(
            model_name='successcriterion',
            name='metric',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AlterField(
            model_name='successcriterion',
            name='threshold',
            field=models.FloatField(null=True),
        ),
        migrations.AddIndex(
            model_name='measurement',
            index=models.Index(models.F('criterion'), models.OrderBy(models.F('measured_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='measurement_latest'),
        ),
        migrations.AddConstraint(
            model_name='measurement',
            constraint=models.CheckConstraint(condition=models.Q(('direction__in', ['at_least', 'at_most'])), name='measurement_direction_known'),
        ),
        migrations.AddConstraint(
            model_name='measurement',
            constraint=models.CheckConstraint(condition=models.Q(('verdict__in', ['met', 'missed', 'undecided'])), name='measurement_verdict_known'),
        ),
        migrations.AddField(
            model_name='successcriterion',
            name='baseline',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='criteria', to='scoping.baseline'),
        ),
        migrations.AddField(
            model_name='usecase',
            name='business_owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='use_cases', to='engagements.stakeholder'),
        ),
        migrations.AddField(
            model_name='baseline',
            name='use_case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='baselines', to='scoping.usecase'),
        ),
        migrations.AddField(
            model_name='successcriterion',
            name='use_case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='criteria', to='scoping.usecase'),
        ),
        migrations.AddConstraint(
            model_name='successcriterion',
            constraint=models.CheckConstraint(condition=models.Q(('direction__in', ['', 'at_least', 'at_most'])), name='criterion_direction_known'),
        ),
        migrations.AddConstraint(
            model_name='successcriterion',
            constraint=models.CheckConstraint(condition=models.Q(('measured_by__in', ['pilot', 'adoption', 'hand'])), name='criterion_measured_in_a_known_way'),
        ),
        migrations.AddField(
            model_name='valueassumption',
            name='use_case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assumptions', to='scoping.usecase'),
        ),
        migrations.AddConstraint(
            model_name='usecase',
            constraint=models.CheckConstraint(condition=models.Q(('minutes_basis__in', ['measured', 'stated', 'estimated']), ('volume_basis__in', ['measured', 'stated', 'estimated'])), name='use_case_basis_known'),
        ),
        migrations.AddConstraint(
            model_name='usecase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('volume', None), ('volume__gte', 0), _connector='OR'), models.Q(('minutes_per_case', None), ('minutes_per_case__gte', 0), _connector='OR')), name='use_case_volume_and_minutes_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='usecase',
            constraint=models.CheckConstraint(condition=models.Q(('score_value', None), models.Q(('score_value__in', [1, 2, 3, 4, 5]), models.Q(('value_why', ''), _negated=True)), _connector='OR'), name='use_case_value_1_to_5_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='usecase',
            constraint=models.CheckConstraint(condition=models.Q(('score_feasibility', None), models.Q(('score_feasibility__in', [1, 2, 3, 4, 5]), models.Q(('feasibility_why', ''), _negated=True)), _connector='OR'), name='use_case_feasibility_1_to_5_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='usecase',
            constraint=models.CheckConstraint(condition=models.Q(('score_risk', None), models.Q(('score_risk__in', [1, 2, 3, 4, 5]), models.Q(('risk_why', ''), _negated=True)), _connector='OR'), name='use_case_risk_1_to_5_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='baseline',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ['measured', 'stated', 'estimated'])), name='baseline_basis_known'),
        ),
        migrations.AddConstraint(
            model_name='baseline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('basis', 'measured'), _negated=True), ('measured_on__isnull', False), _connector='OR'), name='baseline_measured_some_day'),
        ),
        migrations.AddConstraint(
            model_name='valueassumption',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ['measured', 'stated', 'estimated'])), name='assumption_basis_known'),
        ),
        migrations.AddConstraint(
            model_name='valueassumption',
            constraint=models.CheckConstraint(condition=models.Q(('basis', 'estimated'), models.Q(('source', ''), _negated=True), _connector='OR'), name='assumption_not_estimated_has_a_source'),
        ),
    ]
