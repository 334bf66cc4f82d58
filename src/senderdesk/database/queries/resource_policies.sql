-- name: put_resource_policy!
INSERT INTO resource_policies (account_id, region, resource, policy, created_at)
VALUES (:account_id, :region, :resource, :policy, :created_at)
ON CONFLICT (account_id, region, resource) DO UPDATE SET
  policy = excluded.policy, created_at = excluded.created_at;

-- name: find_resource_policy^
SELECT policy, created_at FROM resource_policies
WHERE account_id = :account_id AND region = :region AND resource = :resource;

-- name: delete_resource_policy!
DELETE FROM resource_policies
WHERE account_id = :account_id AND region = :region AND resource = :resource;
