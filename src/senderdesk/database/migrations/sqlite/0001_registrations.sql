-- Registrations, their versions and history, tags, counters, replayed answers, access keys.
-- Account first in every key: what belongs to one account lies together, and may be spread by it.
-- Times are epoch seconds.

CREATE TABLE registrations (
  account_id            TEXT NOT NULL,
  region                TEXT NOT NULL,
  registration_id       TEXT NOT NULL,
  registration_type     TEXT NOT NULL,
  status                TEXT NOT NULL,
  current_version       INTEGER NOT NULL,
  approved_version      INTEGER,
  latest_denied_version INTEGER,
  created_at            REAL NOT NULL,
  PRIMARY KEY (account_id, region, registration_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX registrations_by_type_and_status
  ON registrations (account_id, region, registration_type, status, registration_id);

CREATE TABLE registration_versions (
  account_id      TEXT NOT NULL,
  region          TEXT NOT NULL,
  registration_id TEXT NOT NULL,
  version_number  INTEGER NOT NULL,
  status          TEXT NOT NULL,
  PRIMARY KEY (account_id, region, registration_id, version_number),
  FOREIGN KEY (account_id, region, registration_id) REFERENCES registrations ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE version_status_history (
  account_id      TEXT NOT NULL,
  region          TEXT NOT NULL,
  registration_id TEXT NOT NULL,
  version_number  INTEGER NOT NULL,
  status          TEXT NOT NULL,
  entered_at      REAL NOT NULL,
  PRIMARY KEY (account_id, region, registration_id, version_number, status),
  FOREIGN KEY (account_id, region, registration_id, version_number)
    REFERENCES registration_versions ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- resource is the part of the ARN after the account, such as registration/registration-0123…
CREATE TABLE tags (
  account_id TEXT NOT NULL,
  region     TEXT NOT NULL,
  resource   TEXT NOT NULL,
  tag_key    TEXT NOT NULL,
  tag_value  TEXT NOT NULL,
  PRIMARY KEY (account_id, region, resource, tag_key)
) STRICT, WITHOUT ROWID;

-- How many of something an account has, so that a quota costs one row and not a count.
CREATE TABLE counters (
  account_id TEXT NOT NULL,
  region     TEXT NOT NULL,
  name       TEXT NOT NULL,
  used       INTEGER NOT NULL,
  PRIMARY KEY (account_id, region, name)
) STRICT, WITHOUT ROWID;

-- Answers to be replayed. token_digest covers Region, operation and ClientToken. The rows lie in the order of time,
-- and only the short key is scattered.
CREATE TABLE replayed_answers (
  account_id     TEXT NOT NULL,
  token_digest   BLOB NOT NULL,
  request_digest BLOB NOT NULL,
  resource       TEXT NOT NULL,
  answer         BLOB NOT NULL,
  created_at     REAL NOT NULL,
  PRIMARY KEY (account_id, token_digest)
) STRICT;

CREATE TABLE access_keys (
  account_id    TEXT NOT NULL,
  key_id        TEXT NOT NULL,
  sealed_secret BLOB NOT NULL,
  policy        TEXT,
  created_at    REAL NOT NULL,
  PRIMARY KEY (account_id, key_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX access_keys_by_id ON access_keys (key_id);
