SELECT
  *
FROM orders
