from django.db import migrations, models


class Migration(migrations.Migration):
    """Of gates that are stale already the client's viewers learn when they are looked at again."""

    dependencies = [
        ("engagements", "0006_entries_of_decisions_stay"),
    ]

    operations = [
        migrations.AddField(
            model_name="gate",
            name="stale_for_clients",
            field=models.BooleanField(default=False),
        ),
    ]
