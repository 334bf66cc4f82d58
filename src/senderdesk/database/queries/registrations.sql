-- name: insert_registration!
INSERT INTO registrations
  (account_id, region, registration_id, registration_type, status, current_version, created_at, form_at)
VALUES (:account_id, :region, :registration_id, :registration_type, :status, 1, :created_at, :form_at);

-- name: find_registration^
SELECT * FROM registrations
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id;

-- name: find_registration_and_version^
-- A registration with its newest version, in one look-up: what most operations begin with.
SELECT registrations.*, registration_versions.status AS version_status
FROM registrations JOIN registration_versions USING (account_id, region, registration_id)
WHERE registrations.account_id = :account_id AND registrations.region = :region
  AND registrations.registration_id = :registration_id
  AND registration_versions.version_number = registrations.current_version;

-- name: list_registrations
SELECT * FROM registrations
WHERE account_id = :account_id AND region = :region AND registration_id > :after
ORDER BY registration_id LIMIT :count;

-- name: list_registrations_of
SELECT * FROM registrations
WHERE account_id = :account_id AND region = :region
  AND registration_type = :registration_type AND status = :status AND registration_id > :after
ORDER BY registration_id LIMIT :count;

-- name: next_type_and_status^
-- The pair after the given one: stepping from pair to pair costs one look-up for each, however many rows a pair has.
SELECT registration_type, status FROM registrations
WHERE account_id = :account_id AND region = :region
  AND (registration_type, status) > (:registration_type, :status)
ORDER BY registration_type, status LIMIT 1;

-- name: delete_registration!
-- Compare-and-set: a registration that changed since it was read is not deleted.
DELETE FROM registrations
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id AND status = :status;

-- name: set_registration_status!
-- Compare-and-set.
UPDATE registrations SET status = :status
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id AND status = :status_before;

-- name: set_current_version!
UPDATE registrations SET current_version = :version_number
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id;

-- name: set_approved_version!
UPDATE registrations SET approved_version = :version_number
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id;

-- name: set_latest_denied_version!
UPDATE registrations SET latest_denied_version = :version_number
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id;
