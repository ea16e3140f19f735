SELECT
  *
FROM customers
