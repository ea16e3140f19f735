SELECT
  *
FROM raw.customers
