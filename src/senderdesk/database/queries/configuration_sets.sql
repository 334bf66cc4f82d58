-- name: insert_configuration_set!
INSERT INTO configuration_sets (account_id, region, configuration_set, created_at)
VALUES (:account_id, :region, :configuration_set, :created_at);

-- name: find_configuration_set^
SELECT * FROM configuration_sets
WHERE account_id = :account_id AND region = :region AND configuration_set = :configuration_set;

-- name: list_configuration_sets
SELECT * FROM configuration_sets
WHERE account_id = :account_id AND region = :region AND configuration_set > :after
ORDER BY configuration_set LIMIT :count;

-- name: delete_configuration_set!
DELETE FROM configuration_sets
WHERE account_id = :account_id AND region = :region AND configuration_set = :configuration_set;
