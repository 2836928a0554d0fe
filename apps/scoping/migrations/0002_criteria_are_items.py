"""Success criteria become items, under the ids that they had: bindings and measurements go on pointing at them."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# One after the other, as if they had been written down in that order. The titles are in the words of today.
ITEMS = """
INSERT INTO engagements_item (
    id, created_at, version, engagement_id, kind, number, title, text, state, client_visible, at, tags
)
SELECT
    c.id, c.created_at, 1, c.engagement_id, 'criterion',
    coalesce(last.number, 0) + row_number() OVER (PARTITION BY c.engagement_id ORDER BY c.created_at, c.id),
    c.metric || ' ' || replace(c.direction, '_', ' ') || ' ' || c.threshold::text,
    '', 'stated', true, c.created_at, '{}'
FROM scoping_successcriterion c
LEFT JOIN (
    SELECT engagement_id, max(number) AS number FROM engagements_item WHERE kind = 'criterion'
    GROUP BY engagement_id
) last ON last.engagement_id = c.engagement_id
"""
TABLE = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE scoping_successcriterion DROP CONSTRAINT criterion_stated_once;
ALTER TABLE scoping_successcriterion DROP COLUMN engagement_id, DROP COLUMN created_at;
ALTER TABLE scoping_successcriterion RENAME COLUMN id TO item_ptr_id;
ALTER TABLE scoping_successcriterion ADD CONSTRAINT scoping_successcriterion_item_ptr_id_fk
    FOREIGN KEY (item_ptr_id) REFERENCES engagements_item (id) DEFERRABLE INITIALLY DEFERRED;
SET CONSTRAINTS ALL DEFERRED;
"""


class BecomeItem(migrations.operations.base.Operation):
    """The row of a criterion becomes the part of an item that is the criterion's own."""

    reduces_to_sql = True
    reversible = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        name = "successcriterion"
        model = state.models[app_label, name]
        model.options.pop("constraints", None)
        model.options["constraints"] = []
        for field in ("engagement", "created_at", "id"):
            state.remove_field(app_label, name, field)
        model.bases = ("engagements.item",)
        pointer = models.OneToOneField(
            auto_created=True,
            on_delete=django.db.models.deletion.CASCADE,
            parent_link=True,
            primary_key=True,
            serialize=False,
            to="engagements.item",
        )
        state.add_field(app_label, name, "item_ptr", pointer, preserve_default=True)
        state.reload_model(app_label, name, delay=False)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(ITEMS)
        schema_editor.execute(TABLE)

    def describe(self) -> str:
        return "Success criteria become items"


class Migration(migrations.Migration):
    dependencies = [("engagements", "0003_items"), ("scoping", "0001_initial")]
    operations = [BecomeItem()]
