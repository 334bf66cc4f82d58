-- name: insert_opted_out_number!
-- A number that is out already stays as it is.
INSERT INTO opted_out_numbers (account_id, region, opt_out_list, phone_number, by_end_user, opted_out_at)
VALUES (:account_id, :region, :opt_out_list, :phone_number, :by_end_user, :opted_out_at)
ON CONFLICT (account_id, region, opt_out_list, phone_number) DO NOTHING;

-- name: find_opted_out_number^
SELECT * FROM opted_out_numbers
WHERE account_id = :account_id AND region = :region AND opt_out_list = :opt_out_list
  AND phone_number = :phone_number;

-- name: list_opted_out_numbers
SELECT * FROM opted_out_numbers
WHERE account_id = :account_id AND region = :region AND opt_out_list = :opt_out_list AND phone_number > :after
ORDER BY phone_number LIMIT :count;

-- name: list_opted_out_numbers_by
SELECT * FROM opted_out_numbers
WHERE account_id = :account_id AND region = :region AND opt_out_list = :opt_out_list
  AND by_end_user = :by_end_user AND phone_number > :after
ORDER BY phone_number LIMIT :count;

-- name: delete_opted_out_number!
DELETE FROM opted_out_numbers
WHERE account_id = :account_id AND region = :region AND opt_out_list = :opt_out_list
  AND phone_number = :phone_number;

-- name: delete_opted_out_numbers!
DELETE FROM opted_out_numbers
WHERE account_id = :account_id AND region = :region AND opt_out_list = :opt_out_list;

-- name: put_opted_in_number!
INSERT INTO opted_in_numbers (account_id, region, opt_out_list, phone_number, opted_in_at)
VALUES (:account_id, :region, :opt_out_list, :phone_number, :opted_in_at)
ON CONFLICT (account_id, region, opt_out_list, phone_number) DO UPDATE SET opted_in_at = excluded.opted_in_at;

-- name: find_opted_in_number^
SELECT opted_in_at FROM opted_in_numbers
WHERE account_id = :account_id AND region = :region AND opt_out_list = :opt_out_list
  AND phone_number = :phone_number;

-- name: delete_opted_in_numbers!
DELETE FROM opted_in_numbers
WHERE account_id = :account_id AND region = :region AND opt_out_list = :opt_out_list;
