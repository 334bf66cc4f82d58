-- name: insert_phone_number!
-- Changes no row where the number has a holder.
INSERT INTO phone_numbers
  (account_id, region, phone_number_id, phone_number, status, iso_country_code, number_type, message_type, capabilities,
   monthly_leasing_price, opt_out_list, international_sending, deletion_protection, is_provisioned, created_at)
VALUES (:account_id, :region, :phone_number_id, :phone_number, :status, :iso_country_code, :number_type, :message_type,
  :capabilities, :monthly_leasing_price, :opt_out_list, :international_sending, :deletion_protection, :is_provisioned,
  :created_at)
ON CONFLICT DO NOTHING;

-- name: find_phone_number^
-- A number with the registration and the pool that it is in, if any: each is one at most.
SELECT phone_numbers.*, registrations.registration_id, registrations.status AS registration_status,
  registrations.approved_version, pool_members.pool_id
FROM phone_numbers
LEFT JOIN associations ON associations.account_id = phone_numbers.account_id
  AND associations.region = phone_numbers.region AND associations.resource_id = phone_numbers.phone_number_id
LEFT JOIN registrations ON registrations.account_id = associations.account_id
  AND registrations.region = associations.region AND registrations.registration_id = associations.registration_id
LEFT JOIN pool_members ON pool_members.account_id = phone_numbers.account_id
  AND pool_members.region = phone_numbers.region
  AND pool_members.resource = 'phone-number/' || phone_numbers.phone_number_id
WHERE phone_numbers.account_id = :account_id AND phone_numbers.region = :region
  AND phone_numbers.phone_number_id = :phone_number_id;

-- name: list_phone_numbers
SELECT phone_numbers.*, registrations.registration_id, registrations.status AS registration_status,
  registrations.approved_version, pool_members.pool_id
FROM phone_numbers
LEFT JOIN associations ON associations.account_id = phone_numbers.account_id
  AND associations.region = phone_numbers.region AND associations.resource_id = phone_numbers.phone_number_id
LEFT JOIN registrations ON registrations.account_id = associations.account_id
  AND registrations.region = associations.region AND registrations.registration_id = associations.registration_id
LEFT JOIN pool_members ON pool_members.account_id = phone_numbers.account_id
  AND pool_members.region = phone_numbers.region
  AND pool_members.resource = 'phone-number/' || phone_numbers.phone_number_id
WHERE phone_numbers.account_id = :account_id AND phone_numbers.region = :region
  AND phone_numbers.phone_number_id > :after
ORDER BY phone_numbers.phone_number_id LIMIT :count;

-- name: find_holder_of_number^
-- Whoever has an E.164 number, in whatever account.
SELECT account_id, region, phone_number_id FROM phone_numbers
WHERE phone_number = :phone_number AND number_type <> 'SHORT_CODE';

-- name: set_phone_number_status!
-- Compare-and-set.
UPDATE phone_numbers SET status = :status
WHERE account_id = :account_id AND region = :region AND phone_number_id = :phone_number_id AND status = :status_before;

-- name: set_phone_number_provisioned!
UPDATE phone_numbers SET is_provisioned = 1
WHERE account_id = :account_id AND region = :region AND phone_number_id = :phone_number_id;

-- name: set_phone_number_settings!
UPDATE phone_numbers SET two_way_enabled = :two_way_enabled, two_way_channel_arn = :two_way_channel_arn,
  two_way_channel_role = :two_way_channel_role, self_managed = :self_managed, opt_out_list = :opt_out_list,
  international_sending = :international_sending, deletion_protection = :deletion_protection
WHERE account_id = :account_id AND region = :region AND phone_number_id = :phone_number_id;

-- name: delete_phone_number!
DELETE FROM phone_numbers
WHERE account_id = :account_id AND region = :region AND phone_number_id = :phone_number_id;
