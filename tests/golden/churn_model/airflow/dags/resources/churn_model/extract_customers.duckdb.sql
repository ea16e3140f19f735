SELECT
  *
FROM crm.customers
