-- customers: how many rows break each rule
SELECT
  COUNT(*) FILTER(WHERE
    "customer_id" IS NULL) AS "customer_id is not null",
  (
    SELECT
      CAST(COALESCE(SUM(copies - 1), 0) AS BIGINT)
    FROM (
      SELECT
        COUNT(*) AS copies
      FROM "customers"
      WHERE
        NOT "customer_id" IS NULL
      GROUP BY
        "customer_id"
    ) AS groups
  ) AS "customer_id is unique"
FROM "customers" AS "checked_row";

-- customers: the rows that break one
SELECT
  "checked_row".*,
  CONCAT_WS(
    '; ',
    CASE WHEN "customer_id" IS NULL THEN 'customer_id is not null' END,
    CASE
      WHEN NOT "customer_id" IS NULL
      AND ROW_NUMBER() OVER (PARTITION BY "customer_id" ORDER BY "checked_row") > 1
      THEN 'customer_id is unique'
    END
  ) AS "broken_rules"
FROM "customers" AS "checked_row"
QUALIFY
  "customer_id" IS NULL
  OR (
    NOT "customer_id" IS NULL
    AND ROW_NUMBER() OVER (PARTITION BY "customer_id" ORDER BY "checked_row") > 1
  );

-- customers: the rows that break none
SELECT
  "checked_row".*
FROM "customers" AS "checked_row"
QUALIFY
  NOT (
    "customer_id" IS NULL
    OR (
      NOT "customer_id" IS NULL
      AND ROW_NUMBER() OVER (PARTITION BY "customer_id" ORDER BY "checked_row") > 1
    )
  );
