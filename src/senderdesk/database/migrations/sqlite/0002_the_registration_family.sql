-- Filling, submitting and reviewing: field values, attachments, associations, verdicts, and work that is due later.

-- The moment whose form judges the registration, where that is not the moment of its creation (epoch seconds).
ALTER TABLE registrations ADD COLUMN form_at REAL;

-- What SubmitRegistrationVersion was told of AwsReview, and the form-level feedback that came of it.
ALTER TABLE registration_versions ADD COLUMN aws_review INTEGER NOT NULL DEFAULT 0;
ALTER TABLE registration_versions ADD COLUMN feedback TEXT;

-- One row for each field of a version that has a value or a verdict. select_choices is a JSON list.
CREATE TABLE field_values (
  account_id      TEXT NOT NULL,
  region          TEXT NOT NULL,
  registration_id TEXT NOT NULL,
  version_number  INTEGER NOT NULL,
  field_path      TEXT NOT NULL,
  text_value      TEXT,
  select_choices  TEXT,
  attachment_id   TEXT,
  denied_reason   TEXT,
  feedback        TEXT,
  PRIMARY KEY (account_id, region, registration_id, version_number, field_path),
  FOREIGN KEY (account_id, region, registration_id, version_number)
    REFERENCES registration_versions ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX field_values_by_attachment
  ON field_values (account_id, region, attachment_id) WHERE attachment_id IS NOT NULL;

CREATE TABLE denied_reasons (
  account_id          TEXT NOT NULL,
  region              TEXT NOT NULL,
  registration_id     TEXT NOT NULL,
  version_number      INTEGER NOT NULL,
  position            INTEGER NOT NULL,
  reason              TEXT NOT NULL,
  short_description   TEXT NOT NULL,
  long_description    TEXT,
  documentation_title TEXT,
  documentation_link  TEXT,
  PRIMARY KEY (account_id, region, registration_id, version_number, position),
  FOREIGN KEY (account_id, region, registration_id, version_number)
    REFERENCES registration_versions ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- resource_type is the registration type or the kind of origination identity, as the API tells it.
CREATE TABLE associations (
  account_id       TEXT NOT NULL,
  region           TEXT NOT NULL,
  registration_id  TEXT NOT NULL,
  resource_id      TEXT NOT NULL,
  resource_kind    TEXT NOT NULL,
  resource_type    TEXT NOT NULL,
  iso_country_code TEXT,
  phone_number     TEXT,
  created_at       REAL NOT NULL,
  PRIMARY KEY (account_id, region, registration_id, resource_id),
  FOREIGN KEY (account_id, region, registration_id) REFERENCES registrations ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX associations_by_resource ON associations (account_id, region, resource_id, registration_id);

-- content_digest is NULL until the bytes are here. format and size (bytes) are those of the content.
CREATE TABLE attachments (
  account_id     TEXT NOT NULL,
  region         TEXT NOT NULL,
  attachment_id  TEXT NOT NULL,
  status         TEXT NOT NULL,
  url            TEXT,
  error_reason   TEXT,
  content_digest BLOB,
  format         TEXT,
  size           INTEGER,
  created_at     REAL NOT NULL,
  PRIMARY KEY (account_id, region, attachment_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX attachments_by_status ON attachments (account_id, region, status, attachment_id);
CREATE INDEX attachments_by_content
  ON attachments (account_id, content_digest) WHERE content_digest IS NOT NULL;

-- The bytes of attachments, once for each content of an account, under their SHA-256.
CREATE TABLE attachment_contents (
  account_id     TEXT NOT NULL,
  content_digest BLOB NOT NULL,
  body           BLOB NOT NULL,
  PRIMARY KEY (account_id, content_digest)
) STRICT;

-- How many of something an account made on one day (UTC): one row, begun anew on the next day.
CREATE TABLE daily_counters (
  account_id TEXT NOT NULL,
  region     TEXT NOT NULL,
  name       TEXT NOT NULL,
  day        INTEGER NOT NULL,
  used       INTEGER NOT NULL,
  PRIMARY KEY (account_id, region, name)
) STRICT, WITHOUT ROWID;

-- What is to be done at `due_at` (epoch seconds) or as soon after as somebody is there to do it. A row goes in the
-- transaction that does its work; while work goes on outside of one, due_at is when it counts as lost.
CREATE TABLE due_work (
  account_id TEXT NOT NULL,
  region     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  due_at     REAL NOT NULL,
  attempts   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, region, kind, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX due_work_by_time ON due_work (due_at, subject);
