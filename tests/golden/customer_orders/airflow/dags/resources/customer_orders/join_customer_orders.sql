SELECT
  *
FROM valid_customers
JOIN orders
  USING (customer_id)
