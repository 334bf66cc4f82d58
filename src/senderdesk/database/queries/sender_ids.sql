-- name: insert_sender_id!
-- Changes no row where the account has it already.
INSERT INTO sender_ids
  (account_id, region, sender_id, iso_country_code, message_types, deletion_protection, created_at)
VALUES (:account_id, :region, :sender_id, :iso_country_code, :message_types, :deletion_protection, :created_at)
ON CONFLICT (account_id, region, sender_id, iso_country_code) DO NOTHING;

-- name: find_sender_id^
-- A sender ID with the registration that it came from, if any.
SELECT sender_ids.*, registrations.registration_id, registrations.status AS registration_status
FROM sender_ids
LEFT JOIN associations ON associations.account_id = sender_ids.account_id AND associations.region = sender_ids.region
  AND associations.resource_id = sender_ids.sender_id || '/' || sender_ids.iso_country_code
LEFT JOIN registrations ON registrations.account_id = associations.account_id
  AND registrations.region = associations.region AND registrations.registration_id = associations.registration_id
WHERE sender_ids.account_id = :account_id AND sender_ids.region = :region
  AND sender_ids.sender_id = :sender_id AND sender_ids.iso_country_code = :iso_country_code;

-- name: list_sender_ids
SELECT sender_ids.*, registrations.registration_id, registrations.status AS registration_status
FROM sender_ids
LEFT JOIN associations ON associations.account_id = sender_ids.account_id AND associations.region = sender_ids.region
  AND associations.resource_id = sender_ids.sender_id || '/' || sender_ids.iso_country_code
LEFT JOIN registrations ON registrations.account_id = associations.account_id
  AND registrations.region = associations.region AND registrations.registration_id = associations.registration_id
WHERE sender_ids.account_id = :account_id AND sender_ids.region = :region
  AND (sender_ids.sender_id, sender_ids.iso_country_code) > (:after, :after_country)
ORDER BY sender_ids.sender_id, sender_ids.iso_country_code LIMIT :count;

-- name: protect_sender_id!
UPDATE sender_ids SET deletion_protection = :deletion_protection
WHERE account_id = :account_id AND region = :region
  AND sender_id = :sender_id AND iso_country_code = :iso_country_code;

-- name: delete_sender_id!
DELETE FROM sender_ids
WHERE account_id = :account_id AND region = :region
  AND sender_id = :sender_id AND iso_country_code = :iso_country_code;

-- name: put_released_sender_id!
INSERT INTO released_sender_ids (account_id, region, sender_id, iso_country_code, released_at)
VALUES (:account_id, :region, :sender_id, :iso_country_code, :released_at)
ON CONFLICT (account_id, region, sender_id, iso_country_code) DO UPDATE SET released_at = excluded.released_at;

-- name: find_released_sender_id^
SELECT released_at FROM released_sender_ids
WHERE account_id = :account_id AND region = :region
  AND sender_id = :sender_id AND iso_country_code = :iso_country_code;

-- name: delete_released_sender_id!
DELETE FROM released_sender_ids
WHERE account_id = :account_id AND region = :region
  AND sender_id = :sender_id AND iso_country_code = :iso_country_code;
