SELECT
  COUNT(*) > 0
FROM analytics.facts
WHERE
  note LIKE '{{ "{{" }} x }}%'

