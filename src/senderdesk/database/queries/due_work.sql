-- name: put_due_work!
INSERT INTO due_work (account_id, region, kind, subject, due_at, attempts)
VALUES (:account_id, :region, :kind, :subject, :due_at, 0)
ON CONFLICT (account_id, region, kind, subject) DO UPDATE SET due_at = excluded.due_at, attempts = 0;

-- name: list_due_work
SELECT * FROM due_work WHERE due_at <= :now ORDER BY due_at, subject LIMIT :count;

-- name: find_due_work^
SELECT * FROM due_work
WHERE account_id = :account_id AND region = :region AND kind = :kind AND subject = :subject;

-- name: postpone_due_work!
UPDATE due_work SET due_at = :due_at, attempts = attempts + 1
WHERE account_id = :account_id AND region = :region AND kind = :kind AND subject = :subject;

-- name: put_off_due_work!
-- For what waits, and has not failed.
UPDATE due_work SET due_at = :due_at
WHERE account_id = :account_id AND region = :region AND kind = :kind AND subject = :subject;

-- name: bring_forward_due_work!
UPDATE due_work SET due_at = :now WHERE due_at > :now AND kind = :kind;

-- name: delete_due_work!
DELETE FROM due_work
WHERE account_id = :account_id AND region = :region AND kind = :kind AND subject = :subject;
