-- Sender IDs and RCS agents. What registers them is in associations.

-- message_types are separated by spaces.
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
