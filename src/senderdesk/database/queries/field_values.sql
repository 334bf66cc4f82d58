-- name: put_field_value!
INSERT INTO field_values
  (account_id, region, registration_id, version_number, field_path, text_value, select_choices, attachment_id)
VALUES (:account_id, :region, :registration_id, :version_number, :field_path,
  :text_value, :select_choices, :attachment_id)
ON CONFLICT (account_id, region, registration_id, version_number, field_path) DO UPDATE SET
  text_value = excluded.text_value, select_choices = excluded.select_choices, attachment_id = excluded.attachment_id;

-- name: find_field_value^
SELECT * FROM field_values
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
  AND version_number = :version_number AND field_path = :field_path;

-- name: list_field_values
SELECT * FROM field_values
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
  AND version_number = :version_number;

-- name: delete_field_value!
DELETE FROM field_values
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
  AND version_number = :version_number AND field_path = :field_path;

-- name: copy_field_values!
-- What was filled goes along; verdicts do not.
INSERT INTO field_values
  (account_id, region, registration_id, version_number, field_path, text_value, select_choices, attachment_id)
SELECT account_id, region, registration_id, :version_number, field_path, text_value, select_choices, attachment_id
FROM field_values
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
  AND version_number = :copied_version
  AND (text_value IS NOT NULL OR select_choices IS NOT NULL OR attachment_id IS NOT NULL);

-- name: deny_fields*!
-- A field that has no value gets a row for its reason all the same.
INSERT INTO field_values (account_id, region, registration_id, version_number, field_path, denied_reason)
VALUES (:account_id, :region, :registration_id, :version_number, :field_path, :denied_reason)
ON CONFLICT (account_id, region, registration_id, version_number, field_path)
  DO UPDATE SET denied_reason = excluded.denied_reason;

-- name: find_use_of_attachment^
-- A version that still counts (neither turned down nor given up nor replaced) and has the attachment in a field.
-- Not a join, which the planner would begin with all versions of the account.
SELECT registration_id, version_number FROM field_values
WHERE account_id = :account_id AND region = :region AND attachment_id = :attachment_id
  AND EXISTS (
    SELECT 1 FROM registration_versions AS version
    WHERE version.account_id = field_values.account_id AND version.region = field_values.region
      AND version.registration_id = field_values.registration_id
      AND version.version_number = field_values.version_number
      AND version.status NOT IN ('DENIED', 'DISCARDED', 'REVOKED', 'ARCHIVED'))
LIMIT 1;
