-- name: next_of_fiction_range^
-- How much of a range was used before, which is the place in it that is used now.
INSERT INTO fiction_ranges (name, used) VALUES (:name, 1)
ON CONFLICT (name) DO UPDATE SET used = fiction_ranges.used + 1
RETURNING used - 1 AS place;

-- name: find_fiction_range^
SELECT used FROM fiction_ranges WHERE name = :name;

-- name: add_to_inventory*!
INSERT INTO number_inventory (phone_number, iso_country_code, number_type, capabilities, is_held, added_at)
VALUES (:phone_number, :iso_country_code, :number_type, :capabilities,
  EXISTS (SELECT 1 FROM phone_numbers
    WHERE phone_numbers.phone_number = :phone_number AND phone_numbers.number_type <> 'SHORT_CODE'),
  :added_at)
ON CONFLICT (phone_number) DO NOTHING;

-- name: first_free_number^
SELECT phone_number FROM number_inventory
WHERE iso_country_code = :iso_country_code AND number_type = :number_type AND capabilities = :capabilities
  AND is_held = 0
ORDER BY phone_number LIMIT 1;

-- name: list_free_numbers
SELECT phone_number, capabilities FROM number_inventory
WHERE iso_country_code = :iso_country_code AND number_type = :number_type AND is_held = 0
  AND (capabilities, phone_number) > (:after_capabilities, :after_number)
ORDER BY capabilities, phone_number LIMIT :count;

-- name: hold_number!
-- Compare-and-set.
UPDATE number_inventory SET is_held = 1 WHERE phone_number = :phone_number AND is_held = 0;

-- name: free_number!
UPDATE number_inventory SET is_held = 0 WHERE phone_number = :phone_number;

-- name: list_inventory
SELECT number_inventory.*, phone_numbers.account_id, phone_numbers.region, phone_numbers.phone_number_id
FROM number_inventory
LEFT JOIN phone_numbers ON phone_numbers.phone_number = number_inventory.phone_number
  AND phone_numbers.number_type <> 'SHORT_CODE'
WHERE number_inventory.phone_number > :after
ORDER BY number_inventory.phone_number LIMIT :count;

-- name: remove_from_inventory!
-- Only a number that nobody has.
DELETE FROM number_inventory WHERE phone_number = :phone_number AND is_held = 0;

-- name: find_in_inventory^
SELECT * FROM number_inventory WHERE phone_number = :phone_number;
