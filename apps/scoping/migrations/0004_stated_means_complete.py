from django.db import migrations

# State and goal stand in two tables, so that no check constraint can see both. Deferred: an item is written before
# the part of it that is the criterion's own.
FORWARDS = """
CREATE FUNCTION scoping_criterion_stated_means_complete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    seen record;
BEGIN
    SELECT i.state, (c.metric <> '' AND c.direction <> '' AND c.threshold IS NOT NULL) AS complete INTO seen
    FROM engagements_item i JOIN scoping_successcriterion c ON c.item_ptr_id = i.id
    WHERE i.id = CASE TG_TABLE_NAME WHEN 'engagements_item' THEN (to_jsonb(NEW) ->> 'id')::uuid
                                    ELSE (to_jsonb(NEW) ->> 'item_ptr_id')::uuid END;
    IF FOUND AND ((seen.state = 'stated' AND NOT seen.complete) OR (seen.state = 'unknown' AND seen.complete)) THEN
        RAISE EXCEPTION 'a criterion is stated when metric, direction and threshold are there, and only then'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER criterion_state_fits_goal AFTER INSERT OR UPDATE ON scoping_successcriterion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION scoping_criterion_stated_means_complete();
CREATE CONSTRAINT TRIGGER criterion_goal_fits_state AFTER UPDATE OF state ON engagements_item
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'criterion')
    EXECUTE FUNCTION scoping_criterion_stated_means_complete();
"""
BACKWARDS = """
DROP TRIGGER criterion_goal_fits_state ON engagements_item;
DROP TRIGGER criterion_state_fits_goal ON scoping_successcriterion;
DROP FUNCTION scoping_criterion_stated_means_complete();
"""


class Migration(migrations.Migration):
    dependencies = [("scoping", "0003_use_cases_and_goals")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
