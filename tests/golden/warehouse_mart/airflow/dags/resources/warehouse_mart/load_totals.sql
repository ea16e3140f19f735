SELECT
  *
FROM mart.warehouse_mart__newest
