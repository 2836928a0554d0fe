import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('engagements', '0003_items'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('public', models.CharField(max_length=12, unique=True)),
                ('digest', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=60)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('used_from', models.CharField(blank=True, max_length=50)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('engagement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='engagements.engagement')),
                ('limited_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='engagements.engagement')),
                ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='token_latest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('engagement__isnull', False), ('user', None)), models.Q(('engagement', None), ('user__isnull', False)), _connector='OR'), name='token_of_a_person_or_an_engagement'), models.CheckConstraint(condition=models.Q(('limited_to', None), ('user__isnull', False), _connector='OR'), name='token_limited_when_a_persons'), models.CheckConstraint(condition=models.Q(('expires_at__lte', django.db.models.expressions.CombinedExpression(models.F('created_at'), '+', models.Value(datetime.timedelta(days=365))))), name='token_expires_within_a_year'), models.CheckConstraint(condition=models.Q(('scopes', []), _negated=True), name='token_is_good_for_something'), models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('user', 'name'), name='token_name_once_per_person'), models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('engagement', 'name'), name='token_name_once_per_engagement')],
            },
        ),
    ]
