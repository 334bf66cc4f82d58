-- name: insert_association!
INSERT INTO associations
  (account_id, region, registration_id, resource_id, resource_kind, resource_type,
   iso_country_code, phone_number, created_at)
VALUES (:account_id, :region, :registration_id, :resource_id, :resource_kind, :resource_type,
  :iso_country_code, :phone_number, :created_at);

-- name: list_associations
SELECT * FROM associations
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
ORDER BY created_at, resource_id;

-- name: list_registrations_associated_with
-- As a list and not as a join, which the planner would begin with all registrations of the account.
SELECT * FROM registrations
WHERE account_id = :account_id AND region = :region AND registration_id IN (
    SELECT registration_id FROM associations
    WHERE account_id = :account_id AND region = :region AND resource_id = :resource_id)
ORDER BY registration_id LIMIT :count;

-- name: delete_association!
DELETE FROM associations
WHERE account_id = :account_id AND region = :region AND registration_id = :registration_id
  AND resource_id = :resource_id;
