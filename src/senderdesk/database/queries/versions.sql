-- name: insert_version!
INSERT INTO registration_versions (account_id, region, registration_id, version_number, status)
VALUES (:account_id, :region, :registration_id, :version_number, :status);

-- name: insert_version_status!
-- A version that comes back to a status tells when it came last.
INSERT INTO version_status_history (account_id, region, registration_id, version_number, status, entered_at)
VALUES (:account_id, :region, :registration_id, :version_number, :status, :entered_at)
ON CONFLICT (account_id, region, registration_id, version_number, status)
  DO UPDATE SET entered_at = excluded.entered_at;

-- name: find_version^
SELECT * FROM registration_versions
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
  AND version_number = :version_number;

-- name: list_versions
SELECT * FROM registration_versions
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
  AND version_number > :after
ORDER BY version_number LIMIT :count;

-- name: list_version_statuses
-- Newest first.
SELECT status FROM registration_versions
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
ORDER BY version_number DESC;

-- name: list_status_history
SELECT status, entered_at FROM version_status_history
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
  AND version_number = :version_number;

-- name: set_version_status!
-- Compare-and-set.
UPDATE registration_versions SET status = :status
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
  AND version_number = :version_number AND status = :status_before;

-- name: set_aws_review!
UPDATE registration_versions SET aws_review = :aws_review
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
  AND version_number = :version_number;

-- name: insert_denied_reasons*!
INSERT INTO denied_reasons
  (account_id, region, registration_id, version_number, position,
   reason, short_description, long_description, documentation_title, documentation_link)
VALUES (:account_id, :region, :registration_id, :version_number, :position,
  :reason, :short_description, :long_description, :documentation_title, :documentation_link);

-- name: list_denied_reasons
SELECT * FROM denied_reasons
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
  AND version_number = :version_number
ORDER BY position;
