-- name: count_one_more!
-- Changes no row where the quota is used up.
INSERT INTO counters (account_id, region, name, used) VALUES (:account_id, :region, :name, 1)
ON CONFLICT (account_id, region, name) DO UPDATE SET used = counters.used + 1 WHERE counters.used < :quota;

-- name: count_one_less!
UPDATE counters SET used = used - 1
WHERE account_id = :account_id AND region = :region AND name = :name AND used > 0;

-- name: count_one_more_today!
-- Changes no row where the day's quota is used up. `day` is in days since the epoch.
INSERT INTO daily_counters (account_id, region, name, day, used) VALUES (:account_id, :region, :name, :day, 1)
ON CONFLICT (account_id, region, name) DO UPDATE SET
  used = CASE WHEN daily_counters.day = excluded.day THEN daily_counters.used + 1 ELSE 1 END, day = excluded.day
WHERE daily_counters.day <> excluded.day OR daily_counters.used < :quota;

-- name: list_counters
SELECT name, used FROM counters WHERE account_id = :account_id AND region = :region;

-- name: find_answer^
SELECT request_digest, resource, answer, error FROM replayed_answers
WHERE account_id = :account_id AND token_digest = :token_digest AND created_at > :since;

-- name: insert_answer!
-- Takes the place of an answer that is too old to be found.
INSERT INTO replayed_answers (account_id, token_digest, request_digest, resource, answer, created_at, error)
VALUES (:account_id, :token_digest, :request_digest, :resource, :answer, :created_at, :error)
ON CONFLICT (account_id, token_digest) DO UPDATE SET
  request_digest = excluded.request_digest, resource = excluded.resource, answer = excluded.answer,
  created_at = excluded.created_at, error = excluded.error;

-- name: delete_old_answers!
-- Rows lie in the order in which they came, so the oldest are the first: no index by age has to be kept for them.
DELETE FROM replayed_answers
WHERE created_at <= :before AND rowid IN (SELECT rowid FROM replayed_answers ORDER BY rowid LIMIT :count);

-- name: list_tags
SELECT tag_key, tag_value FROM tags
WHERE account_id = :account_id AND region = :region AND resource = :resource ORDER BY tag_key;

-- name: put_tags*!
INSERT INTO tags (account_id, region, resource, tag_key, tag_value)
VALUES (:account_id, :region, :resource, :tag_key, :tag_value)
ON CONFLICT (account_id, region, resource, tag_key) DO UPDATE SET tag_value = excluded.tag_value;

-- name: delete_tag!
DELETE FROM tags
WHERE account_id = :account_id AND region = :region AND resource = :resource AND tag_key = :tag_key;

-- name: delete_tags!
DELETE FROM tags WHERE account_id = :account_id AND region = :region AND resource = :resource;

-- name: insert_access_key!
INSERT INTO access_keys (account_id, key_id, sealed_secret, policy, created_at)
VALUES (:account_id, :key_id, :sealed_secret, :policy, :created_at);

-- name: find_access_key^
SELECT account_id, sealed_secret, policy FROM access_keys WHERE key_id = :key_id;

-- name: list_access_keys
SELECT account_id, key_id, policy, created_at FROM access_keys ORDER BY created_at, key_id;

-- name: delete_access_key!
DELETE FROM access_keys WHERE key_id = :key_id;
