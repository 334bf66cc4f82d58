-- name: count_pool_member_in!
-- Changes no row where the quota is used up. numbers is 1 for a phone number, else 0; the first one's capabilities stay.
UPDATE pools SET members = members + 1, numbers = numbers + :numbers,
  number_capabilities = coalesce(number_capabilities, :number_capabilities)
WHERE account_id = :account_id AND region = :region AND pool_id = :pool_id AND members < :quota;

-- name: count_pool_member_out!
UPDATE pools SET members = members - 1, numbers = numbers - :numbers
WHERE account_id = :account_id AND region = :region AND pool_id = :pool_id;

-- name: insert_pool_member!
INSERT INTO pool_members
  (account_id, region, pool_id, resource, iso_country_code, number_capabilities, phone_number)
VALUES (:account_id, :region, :pool_id, :resource, :iso_country_code, :number_capabilities, :phone_number);

-- name: list_pool_members
SELECT * FROM pool_members
WHERE account_id = :account_id AND region = :region AND pool_id = :pool_id AND resource > :after
ORDER BY resource LIMIT :count;

-- name: find_pool_member^
SELECT * FROM pool_members
WHERE account_id = :account_id AND region = :region AND pool_id = :pool_id AND resource = :resource;

-- name: find_pool_of^
-- One pool that the identity is in; a number and an agent are in one at most.
SELECT pool_id FROM pool_members
WHERE account_id = :account_id AND region = :region AND resource = :resource LIMIT 1;

-- name: delete_pool_member!
DELETE FROM pool_members
WHERE account_id = :account_id AND region = :region AND pool_id = :pool_id AND resource = :resource;

-- name: delete_pool_members!
DELETE FROM pool_members WHERE account_id = :account_id AND region = :region AND pool_id = :pool_id;
