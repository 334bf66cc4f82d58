-- The whole schema as it is now, to read in one place. A test holds it equal to all migrations applied.

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
  form_at               REAL, -- the moment whose form judges it, where that is not created_at
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
  aws_review      INTEGER NOT NULL DEFAULT 0, -- what SubmitRegistrationVersion was told
  feedback        TEXT,
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

-- message_types are separated by spaces. What registered a sender ID is in associations.
CREATE TABLE sender_ids (
  account_id          TEXT NOT NULL,
  region              TEXT NOT NULL,
  sender_id           TEXT NOT NULL,
  iso_country_code    TEXT NOT NULL,
  message_types       TEXT NOT NULL,
  deletion_protection INTEGER NOT NULL,
  created_at          REAL NOT NULL,
  PRIMARY KEY (account_id, region, sender_id, iso_country_code)
) STRICT, WITHOUT ROWID;

-- When a sender ID was released, which for a while cannot be requested again.
CREATE TABLE released_sender_ids (
  account_id       TEXT NOT NULL,
  region           TEXT NOT NULL,
  sender_id        TEXT NOT NULL,
  iso_country_code TEXT NOT NULL,
  released_at      REAL NOT NULL,
  PRIMARY KEY (account_id, region, sender_id, iso_country_code)
) STRICT, WITHOUT ROWID;

-- two_way_events is a JSON list. An agent's status follows from the registrations that it is associated with.
CREATE TABLE rcs_agents (
  account_id           TEXT NOT NULL,
  region               TEXT NOT NULL,
  rcs_agent_id         TEXT NOT NULL,
  deletion_protection  INTEGER NOT NULL,
  opt_out_list         TEXT NOT NULL,
  self_managed         INTEGER NOT NULL DEFAULT 0,
  two_way_enabled      INTEGER NOT NULL DEFAULT 0,
  two_way_channel_arn  TEXT,
  two_way_channel_role TEXT,
  two_way_events       TEXT,
  media_bucket         TEXT,
  media_key_prefix     TEXT,
  media_role           TEXT,
  created_at           REAL NOT NULL,
  PRIMARY KEY (account_id, region, rcs_agent_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX rcs_agents_by_opt_out_list ON rcs_agents (account_id, region, opt_out_list);

-- number_capabilities is a JSON list, that of the pool's first number, NULL until there is one. members counts all
-- identities in the pool, numbers those that are phone numbers.
CREATE TABLE pools (
  account_id           TEXT NOT NULL,
  region               TEXT NOT NULL,
  pool_id              TEXT NOT NULL,
  status               TEXT NOT NULL,
  message_type         TEXT NOT NULL,
  two_way_enabled      INTEGER NOT NULL,
  two_way_channel_arn  TEXT,
  two_way_channel_role TEXT,
  self_managed         INTEGER NOT NULL,
  opt_out_list         TEXT NOT NULL,
  shared_routes        INTEGER NOT NULL,
  deletion_protection  INTEGER NOT NULL,
  number_capabilities  TEXT,
  members              INTEGER NOT NULL DEFAULT 0,
  numbers              INTEGER NOT NULL DEFAULT 0,
  created_at           REAL NOT NULL,
  PRIMARY KEY (account_id, region, pool_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX pools_by_opt_out_list ON pools (account_id, region, opt_out_list);

-- resource is the part of the identity's ARN after the account, such as phone-number/phone-0123… or sender-id/ACME/GB.
CREATE TABLE pool_members (
  account_id          TEXT NOT NULL,
  region              TEXT NOT NULL,
  pool_id             TEXT NOT NULL,
  resource            TEXT NOT NULL,
  iso_country_code    TEXT,
  number_capabilities TEXT NOT NULL,
  phone_number        TEXT,
  PRIMARY KEY (account_id, region, pool_id, resource),
  FOREIGN KEY (account_id, region, pool_id) REFERENCES pools ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX pool_members_by_resource ON pool_members (account_id, region, resource, pool_id);

-- All but the list Default, which every account has without a row.
CREATE TABLE opt_out_lists (
  account_id   TEXT NOT NULL,
  region       TEXT NOT NULL,
  opt_out_list TEXT NOT NULL,
  created_at   REAL NOT NULL,
  PRIMARY KEY (account_id, region, opt_out_list)
) STRICT, WITHOUT ROWID;

CREATE TABLE opted_out_numbers (
  account_id   TEXT NOT NULL,
  region       TEXT NOT NULL,
  opt_out_list TEXT NOT NULL,
  phone_number TEXT NOT NULL,
  by_end_user  INTEGER NOT NULL,
  opted_out_at REAL NOT NULL,
  PRIMARY KEY (account_id, region, opt_out_list, phone_number)
) STRICT, WITHOUT ROWID;

CREATE INDEX opted_out_numbers_by_who
  ON opted_out_numbers (account_id, region, opt_out_list, by_end_user, phone_number);

-- When a number was last taken off a list, which cannot be done again soon.
CREATE TABLE opted_in_numbers (
  account_id   TEXT NOT NULL,
  region       TEXT NOT NULL,
  opt_out_list TEXT NOT NULL,
  phone_number TEXT NOT NULL,
  opted_in_at  REAL NOT NULL,
  PRIMARY KEY (account_id, region, opt_out_list, phone_number)
) STRICT, WITHOUT ROWID;

CREATE TABLE configuration_sets (
  account_id        TEXT NOT NULL,
  region            TEXT NOT NULL,
  configuration_set TEXT NOT NULL,
  message_type      TEXT,
  sender_id         TEXT,
  message_feedback  INTEGER NOT NULL DEFAULT 0,
  created_at        REAL NOT NULL,
  PRIMARY KEY (account_id, region, configuration_set)
) STRICT, WITHOUT ROWID;

-- folded is the keyword as keywords are compared. A standard keyword has a row once it was put.
CREATE TABLE keywords (
  account_id TEXT NOT NULL,
  region     TEXT NOT NULL,
  resource   TEXT NOT NULL,
  folded     TEXT NOT NULL,
  keyword    TEXT NOT NULL,
  message    TEXT NOT NULL,
  action     TEXT NOT NULL,
  PRIMARY KEY (account_id, region, resource, folded)
) STRICT, WITHOUT ROWID;

CREATE TABLE resource_policies (
  account_id TEXT NOT NULL,
  region     TEXT NOT NULL,
  resource   TEXT NOT NULL,
  policy     TEXT NOT NULL,
  created_at REAL NOT NULL,
  PRIMARY KEY (account_id, region, resource)
) STRICT, WITHOUT ROWID;

-- capabilities are separated by spaces. is_provisioned says whether the carrier has it, where one is asked.
CREATE TABLE phone_numbers (
  account_id            TEXT NOT NULL,
  region                TEXT NOT NULL,
  phone_number_id       TEXT NOT NULL,
  phone_number          TEXT NOT NULL,
  status                TEXT NOT NULL,
  iso_country_code      TEXT NOT NULL,
  number_type           TEXT NOT NULL,
  message_type          TEXT NOT NULL,
  capabilities          TEXT NOT NULL,
  monthly_leasing_price TEXT NOT NULL,
  two_way_enabled       INTEGER NOT NULL DEFAULT 0,
  two_way_channel_arn   TEXT,
  two_way_channel_role  TEXT,
  self_managed          INTEGER NOT NULL DEFAULT 0,
  opt_out_list          TEXT NOT NULL,
  international_sending INTEGER NOT NULL,
  deletion_protection   INTEGER NOT NULL,
  is_provisioned        INTEGER NOT NULL,
  created_at            REAL NOT NULL,
  PRIMARY KEY (account_id, region, phone_number_id)
) STRICT, WITHOUT ROWID;

-- One number, one holder, over all accounts and Regions; a short code is one number in each country.
CREATE UNIQUE INDEX phone_numbers_by_number ON phone_numbers (phone_number) WHERE number_type <> 'SHORT_CODE';
CREATE UNIQUE INDEX short_codes_by_number
  ON phone_numbers (iso_country_code, phone_number) WHERE number_type = 'SHORT_CODE';
CREATE INDEX phone_numbers_by_opt_out_list ON phone_numbers (account_id, region, opt_out_list);

-- The numbers that the operator has to give away; is_held while one is in phone_numbers.
CREATE TABLE number_inventory (
  phone_number     TEXT NOT NULL,
  iso_country_code TEXT NOT NULL,
  number_type      TEXT NOT NULL,
  capabilities     TEXT NOT NULL,
  is_held          INTEGER NOT NULL DEFAULT 0,
  added_at         REAL NOT NULL,
  PRIMARY KEY (phone_number)
) STRICT, WITHOUT ROWID;

CREATE INDEX number_inventory_free
  ON number_inventory (iso_country_code, number_type, capabilities, phone_number) WHERE is_held = 0;

-- How far each range of invented numbers is used up.
CREATE TABLE fiction_ranges (
  name TEXT NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (name)
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
  error          TEXT, -- the code of the exception, where the answer is a refusal
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
