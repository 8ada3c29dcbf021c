/** The columns of table `orders`, ten of varied types and about 210 bytes a row, for the numbers `i`. */
const COLUMNS = `
  i::bigint AS id, (i % 100000)::int AS customer, ((i::bigint * 7919) % 10000000 / 100.0)::numeric(12, 2) AS amount,
  repeat(md5(i::text), 1 + (i % 2)::int) AS note, timestamptz '2024-01-01' + i * interval '1 second' AS created_at,
  i % 3 = 0 AS paid, jsonb_build_object('sku', i % 997, 'tags', jsonb_build_array('a', i % 13)) AS details,
  md5(i::text)::uuid AS reference, date '2020-01-01' + (i % 2000)::int AS due, (i % 1000) / 7.0::float8 AS weight`;

/** SQL that selects the orders with these ids. @param from SQL of the first, @param to SQL of the last */
export function selectOrders(from: string | number, to: string | number): string {
  return `SELECT ${COLUMNS} FROM generate_series(${from}, ${to}) AS i`;
}
