WITH joined AS (
  SELECT
    *
  FROM mart.totals AS totals
  JOIN raw.customers AS customers
    USING (customer_id)
)
SELECT
  region,
  SUM(amount) AS total
FROM joined
GROUP BY
  region
