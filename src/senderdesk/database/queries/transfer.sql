-- name: next_region^
-- The Region after the given one in which an account has something to move: one look-up for each, not a scan.
SELECT min(region) AS region FROM (
  SELECT min(region) AS region FROM registrations WHERE account_id = :account_id AND region > :after
  UNION ALL
  SELECT min(region) AS region FROM attachments WHERE account_id = :account_id AND region > :after
);

-- name: next_content^
-- The bytes after the given digest that an attachment of the Region has. Contents belong to an account, not a Region.
SELECT content_digest, body FROM attachment_contents
WHERE account_id = :account_id AND content_digest > :after
  AND EXISTS (
    SELECT 1 FROM attachments
    WHERE attachments.account_id = :account_id AND attachments.content_digest = attachment_contents.content_digest
      AND attachments.region = :region)
ORDER BY content_digest LIMIT 1;

-- name: list_due_work_of_region
SELECT kind, subject, due_at, attempts FROM due_work
WHERE account_id = :account_id AND region = :region AND (kind, subject) > (:after_kind, :after_subject)
ORDER BY kind, subject LIMIT :count;

-- name: import_registration!
INSERT INTO registrations
  (account_id, region, registration_id, registration_type, status,
   current_version, approved_version, latest_denied_version, created_at, form_at)
VALUES (:account_id, :region, :registration_id, :registration_type, :status,
  :current_version, :approved_version, :latest_denied_version, :created_at, :form_at);

-- name: import_version!
INSERT INTO registration_versions
  (account_id, region, registration_id, version_number, status, aws_review, feedback)
VALUES (:account_id, :region, :registration_id, :version_number, :status, :aws_review, :feedback);

-- name: import_status_history*!
INSERT INTO version_status_history (account_id, region, registration_id, version_number, status, entered_at)
VALUES (:account_id, :region, :registration_id, :version_number, :status, :entered_at);

-- name: import_field_values*!
INSERT INTO field_values
  (account_id, region, registration_id, version_number, field_path,
   text_value, select_choices, attachment_id, denied_reason, feedback)
VALUES (:account_id, :region, :registration_id, :version_number, :field_path,
  :text_value, :select_choices, :attachment_id, :denied_reason, :feedback);

-- name: import_attachment!
INSERT INTO attachments
  (account_id, region, attachment_id, status, url, error_reason, content_digest, format, size, created_at)
VALUES (:account_id, :region, :attachment_id, :status, :url, :error_reason,
  :content_digest, :format, :size, :created_at);

-- name: import_due_work!
-- A row that is left of something deleted gives way.
INSERT INTO due_work (account_id, region, kind, subject, due_at, attempts)
VALUES (:account_id, :region, :kind, :subject, :due_at, :attempts)
ON CONFLICT (account_id, region, kind, subject) DO UPDATE SET due_at = excluded.due_at, attempts = excluded.attempts;

-- name: count_many_more!
-- Without a look at the quota: what moves in is not turned away.
INSERT INTO counters (account_id, region, name, used) VALUES (:account_id, :region, :name, :many)
ON CONFLICT (account_id, region, name) DO UPDATE SET used = counters.used + excluded.used;
