-- Phone numbers, and where they come from.

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

-- The code of the exception, where the answer to be replayed is a refusal.
ALTER TABLE replayed_answers ADD COLUMN error TEXT;
