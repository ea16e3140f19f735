SELECT
  *
FROM shop.orders
