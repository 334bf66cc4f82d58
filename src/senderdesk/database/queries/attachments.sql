-- name: insert_attachment!
INSERT INTO attachments (account_id, region, attachment_id, status, url, created_at)
VALUES (:account_id, :region, :attachment_id, :status, :url, :created_at);

-- name: find_attachment^
SELECT * FROM attachments
WHERE account_id = :account_id AND region = :region AND attachment_id = :attachment_id;

-- name: list_attachments
SELECT * FROM attachments
WHERE account_id = :account_id AND region = :region AND attachment_id > :after
ORDER BY attachment_id LIMIT :count;

-- name: list_attachments_in
SELECT * FROM attachments
WHERE account_id = :account_id AND region = :region AND status = :status AND attachment_id > :after
ORDER BY attachment_id LIMIT :count;

-- name: set_attachment_content!
UPDATE attachments SET content_digest = :content_digest, format = :format, size = :size
WHERE account_id = :account_id AND region = :region AND attachment_id = :attachment_id;

-- name: finish_attachment!
-- Compare-and-set: one that is finished already stays as it is.
UPDATE attachments SET status = :status, error_reason = :error_reason
WHERE account_id = :account_id AND region = :region AND attachment_id = :attachment_id
  AND status = 'UPLOAD_IN_PROGRESS';

-- name: delete_attachment!
DELETE FROM attachments
WHERE account_id = :account_id AND region = :region AND attachment_id = :attachment_id;

-- name: keep_content!
-- The same bytes are kept once.
INSERT INTO attachment_contents (account_id, content_digest, body)
VALUES (:account_id, :content_digest, :body)
ON CONFLICT (account_id, content_digest) DO NOTHING;

-- name: find_content^
SELECT body FROM attachment_contents WHERE account_id = :account_id AND content_digest = :content_digest;

-- name: drop_unused_content!
DELETE FROM attachment_contents
WHERE account_id = :account_id AND content_digest = :content_digest
  AND NOT EXISTS (
    SELECT 1 FROM attachments
    WHERE attachments.account_id = :account_id AND attachments.content_digest = :content_digest);
