-- name: insert_opt_out_list!
INSERT INTO opt_out_lists (account_id, region, opt_out_list, created_at)
VALUES (:account_id, :region, :opt_out_list, :created_at);

-- name: find_opt_out_list^
SELECT * FROM opt_out_lists
WHERE account_id = :account_id AND region = :region AND opt_out_list = :opt_out_list;

-- name: list_opt_out_lists
SELECT * FROM opt_out_lists
WHERE account_id = :account_id AND region = :region AND opt_out_list > :after
ORDER BY opt_out_list LIMIT :count;

-- name: find_use_of_opt_out_list^
SELECT 1 FROM pools
WHERE account_id = :account_id AND region = :region AND opt_out_list = :opt_out_list
UNION ALL
SELECT 1 FROM phone_numbers
WHERE account_id = :account_id AND region = :region AND opt_out_list = :opt_out_list
UNION ALL
SELECT 1 FROM rcs_agents
WHERE account_id = :account_id AND region = :region AND opt_out_list = :opt_out_list LIMIT 1;

-- name: delete_opt_out_list!
DELETE FROM opt_out_lists
WHERE account_id = :account_id AND region = :region AND opt_out_list = :opt_out_list;
