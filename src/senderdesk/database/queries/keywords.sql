-- name: put_keyword!
INSERT INTO keywords (account_id, region, resource, folded, keyword, message, action)
VALUES (:account_id, :region, :resource, :folded, :keyword, :message, :action)
ON CONFLICT (account_id, region, resource, folded) DO UPDATE SET
  keyword = excluded.keyword, message = excluded.message, action = excluded.action;

-- name: find_keyword^
SELECT * FROM keywords
WHERE account_id = :account_id AND region = :region AND resource = :resource AND folded = :folded;

-- name: list_keywords
SELECT * FROM keywords
WHERE account_id = :account_id AND region = :region AND resource = :resource AND folded > :after
ORDER BY folded LIMIT :count;

-- name: count_keywords^
SELECT count(*) AS used FROM keywords
WHERE account_id = :account_id AND region = :region AND resource = :resource;

-- name: copy_keywords!
INSERT INTO keywords (account_id, region, resource, folded, keyword, message, action)
SELECT account_id, region, :copied_to, folded, keyword, message, action FROM keywords
WHERE account_id = :account_id AND region = :region AND resource = :resource;

-- name: find_keyword_that_differs^
-- A keyword of the first resource that the second does not have in the same way.
SELECT folded FROM keywords AS one
WHERE one.account_id = :account_id AND one.region = :region AND one.resource = :resource
  AND NOT EXISTS (
    SELECT 1 FROM keywords AS other
    WHERE other.account_id = one.account_id AND other.region = one.region AND other.resource = :other_resource
      AND other.folded = one.folded AND other.message = one.message AND other.action = one.action)
LIMIT 1;

-- name: delete_keyword!
DELETE FROM keywords
WHERE account_id = :account_id AND region = :region AND resource = :resource AND folded = :folded;

-- name: delete_keywords!
DELETE FROM keywords WHERE account_id = :account_id AND region = :region AND resource = :resource;
