-- name: insert_registration!
INSERT INTO registrations
  (account_id, region, registration_id, registration_type, status, current_version, created_at)
VALUES (:account_id, :region, :registration_id, :registration_type, :status, 1, :created_at);

-- name: insert_version!
INSERT INTO registration_versions (account_id, region, registration_id, version_number, status)
VALUES (:account_id, :region, :registration_id, :version_number, :status);

-- name: insert_version_status!
INSERT INTO version_status_history (account_id, region, registration_id, version_number, status, entered_at)
VALUES (:account_id, :region, :registration_id, :version_number, :status, :entered_at);

-- name: find_registration^
SELECT * FROM registrations
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id;

-- name: find_version^
SELECT * FROM registration_versions
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
  AND version_number = :version_number;

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
