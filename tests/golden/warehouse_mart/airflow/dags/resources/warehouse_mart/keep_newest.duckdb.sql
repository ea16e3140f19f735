WITH filtered AS (
  SELECT
    *
  FROM raw.orders AS orders
  WHERE
    amount > 10
)
SELECT
  *
FROM filtered
QUALIFY
  ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY changed DESC, filtered) = 1
