-- name: insert_rcs_agent!
INSERT INTO rcs_agents (account_id, region, rcs_agent_id, deletion_protection, opt_out_list, created_at)
VALUES (:account_id, :region, :rcs_agent_id, :deletion_protection, :opt_out_list, :created_at);

-- name: find_rcs_agent^
SELECT * FROM rcs_agents WHERE account_id = :account_id AND region = :region AND rcs_agent_id = :rcs_agent_id;

-- name: list_rcs_agents
SELECT * FROM rcs_agents WHERE account_id = :account_id AND region = :region AND rcs_agent_id > :after
ORDER BY rcs_agent_id LIMIT :count;

-- name: set_rcs_agent_settings!
UPDATE rcs_agents SET deletion_protection = :deletion_protection, opt_out_list = :opt_out_list,
  self_managed = :self_managed, two_way_enabled = :two_way_enabled, two_way_channel_arn = :two_way_channel_arn,
  two_way_channel_role = :two_way_channel_role, two_way_events = :two_way_events, media_bucket = :media_bucket,
  media_key_prefix = :media_key_prefix, media_role = :media_role
WHERE account_id = :account_id AND region = :region AND rcs_agent_id = :rcs_agent_id;

-- name: delete_rcs_agent!
DELETE FROM rcs_agents WHERE account_id = :account_id AND region = :region AND rcs_agent_id = :rcs_agent_id;
