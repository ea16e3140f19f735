SELECT
  *
FROM orders
WHERE
  updated_at >= %(interval_start)s
  AND updated_at < %(interval_end)s
