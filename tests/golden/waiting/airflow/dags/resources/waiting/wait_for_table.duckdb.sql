SELECT
  COUNT(*)
FROM information_schema.tables
WHERE
  LOWER(table_name) = 'facts' AND LOWER(table_schema) = 'analytics'

