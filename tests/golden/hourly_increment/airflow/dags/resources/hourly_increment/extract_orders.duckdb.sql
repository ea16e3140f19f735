SELECT
  *
FROM orders
WHERE
  updated_at >= $interval_start
  AND updated_at < $interval_end
