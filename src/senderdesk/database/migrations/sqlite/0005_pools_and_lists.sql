-- Pools and who is in them, opt-out lists, configuration sets, keywords and resource policies.

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
