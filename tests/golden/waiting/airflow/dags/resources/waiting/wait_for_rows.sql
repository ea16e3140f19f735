SELECT
  1
FROM analytics.facts
WHERE
  loaded_at >= CAST('{{ dag_run.data_interval_start or dag_run.run_after }}' AS TIMESTAMP)
  AND loaded_at < CAST('{{ dag_run.data_interval_end or dag_run.run_after }}' AS TIMESTAMP)
LIMIT 1

