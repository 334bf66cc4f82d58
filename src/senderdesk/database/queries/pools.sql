-- name: insert_pool!
INSERT INTO pools
  (account_id, region, pool_id, status, message_type, two_way_enabled, two_way_channel_arn, two_way_channel_role,
   self_managed, opt_out_list, shared_routes, deletion_protection, created_at)
VALUES (:account_id, :region, :pool_id, :status, :message_type, :two_way_enabled, :two_way_channel_arn,
  :two_way_channel_role, :self_managed, :opt_out_list, 0, :deletion_protection, :created_at);

-- name: find_pool^
SELECT * FROM pools WHERE account_id = :account_id AND region = :region AND pool_id = :pool_id;

-- name: list_pools
SELECT * FROM pools WHERE account_id = :account_id AND region = :region AND pool_id > :after
ORDER BY pool_id LIMIT :count;

-- name: set_pool_settings!
UPDATE pools SET two_way_enabled = :two_way_enabled, two_way_channel_arn = :two_way_channel_arn,
  two_way_channel_role = :two_way_channel_role, self_managed = :self_managed, opt_out_list = :opt_out_list,
  shared_routes = :shared_routes, deletion_protection = :deletion_protection
WHERE account_id = :account_id AND region = :region AND pool_id = :pool_id;

-- name: set_pool_status!
-- Compare-and-set.
UPDATE pools SET status = :status
WHERE account_id = :account_id AND region = :region AND pool_id = :pool_id AND status = :status_before;

-- name: delete_pool!
-- Compare-and-set: only one that is on its way out.
DELETE FROM pools
WHERE account_id = :account_id AND region = :region AND pool_id = :pool_id AND status = 'DELETING';
