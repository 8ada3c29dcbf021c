import { selection, taskOf, transformation } from '../../support/dms-template';
import { planOf, sourceTable } from '../../support/source-table';

const orders = sourceTable({ id: 'integer', region: 'varchar(2)', at: 'timestamptz', weight: 'double', note: 'text' });

function settings(id: number, rest: object, table = 't'): object {
  return {
    'rule-type': 'table-settings', 'rule-id': String(id), 'rule-name': String(id),
    'object-locator': { 'schema-name': 'public', 'table-name': table }, ...rest,
  };
}

const ranges = (columns: string[], boundaries: unknown[][], rest: object = {}): object =>
  ({ 'parallel-load': { type: 'ranges', columns, boundaries, ...rest } });

describe('parallel-load', () => {
  test('ranges say where the table is cut', async () => {
    const rule = ranges(['region', 'id'], [['A', 100], ['B', '200']], { 'segment-names': ['a', 'b', 'rest'] });
    expect((await planOf(orders, settings(2, rule))).parallelLoad).toEqual({
      columns: ['region', 'id'], boundaries: [['A', '100'], ['B', '200']], segmentNames: ['a', 'b', 'rest'],
    });
  });

  test('the lowest rule id counts; other tables, other names and the type none cut nothing', async () => {
    const plan = await planOf(orders, settings(10, ranges(['id'], [[10]])), settings(9, ranges(['id'], [[9]])));
    expect(plan.parallelLoad?.boundaries).toEqual([['9']]);
    expect((await planOf(orders, settings(2, ranges(['id'], [[1]]), '_'))).parallelLoad).toBeUndefined();
    expect((await planOf(orders, settings(2, { 'parallel-load': { type: 'none' } }))).parallelLoad).toBeUndefined();
  });

  test.each<[object, RegExp]>([
    [ranges(['nr'], [[1]]), /^rule 2: parallel-load of public\.t: there is no column "nr"; there are id, region, at, weight, note$/],
    [ranges(['weight'], [[1]]), /the column "weight" is REAL8: DMS cuts by other types than REAL4, REAL8, BLOB, CLOB, NCLOB$/],
    [ranges(['note'], [['x']]), /the column "note" is NCLOB/],
    [ranges(['id'], [[1], ['many']]), /a boundary of the column "id": "many" is not a number such as 12\.5$/],
    [ranges(['region', 'at'], [['A', 'noon']]), /a boundary of the column "at": "noon" is not a moment such as 2026-01-31/],
    [ranges(['id'], [[1]], { 'segment-names': ['a'] }), /there are 1 segment-names for 2 segments/],
    [ranges(['id'], [[1]], { 'segment-names': ['a', 'a'] }), /two segments are called "a"$/],
  ])('%j is refused', async (rest, message) => {
    await expect(planOf(orders, settings(2, rest))).rejects.toThrow(message);
  });

  test('a PostgreSQL source has no partitions to list', () => {
    const rule = settings(2, { 'parallel-load': { type: 'partitions-auto' } });
    expect(() => taskOf({ rules: [selection('%', '%'), rule] }))
      .toThrow('task Task: rule 2: parallel-load "partitions-auto": a PostgreSQL source loads in parallel by "ranges" only');
  });
});

test('tablespaces, which only Oracle has, change nothing', async () => {
  const rename = transformation(2, 'rename', 'table-tablespace', { 'table-tablespace-name': '%' }, { value: 'elsewhere' });
  expect(taskOf({ rules: [selection('%', '%'), rename] }).id).toBe('Task');
  const { schema, name, copied } = await planOf(orders, rename);
  expect([schema, name, ...copied.map((column) => column.name)]).toEqual(['public', 't', 'id', 'region', 'at', 'weight', 'note']);
});

test('LOB settings of a table, which DMS does not have for S3, change nothing', () => {
  const rule = settings(2, { 'lob-settings': { mode: 'limited', 'bulk-max-size': '16' } });
  expect(taskOf({ rules: [selection('%', '%'), rule] }).lobMaxBytes).toBe(32 * 1024);
});

describe('tags', () => {
  const tag = (id: number, schema: string, table: string, ...tags: [string, string][]): object => ({
    'rule-type': 'post-processing', 'rule-id': String(id), 'rule-name': String(id), 'rule-action': 'add-tag',
    'object-locator': { 'schema-name': schema, 'table-name': table },
    'tag-set': tags.map(([key, value]) => ({ key, value })),
  });
  const tagged = async (...rules: object[]): Promise<string[]> =>
    (await planOf(orders, ...rules)).tags.map(({ key, value }) => `${key}=${value}`);

  test('names of the source stand for ${schema-name} and ${table-name}', async () => {
    const rename = {
      'rule-type': 'transformation', 'rule-id': '3', 'rule-action': 'rename', 'rule-target': 'table', value: 'other',
      'object-locator': { 'schema-name': '%', 'table-name': '%' },
    };
    expect(await tagged(tag(2, '%', '%', ['of-${schema-name}', 'x_${table-name}_${table-name}'], ['b', '$&']), rename))
      .toEqual(['of-public=x_t_t', 'b=$&']);
  });

  test('the best match counts: exact names, then more characters, then the first', async () => {
    expect(await tagged(tag(2, '%', '%', ['a', '']), tag(3, 'public', 't', ['b', '']), tag(4, 'public', '%', ['c', '']))).toEqual(['b=']);
    expect(await tagged(tag(2, '%', 't', ['a', '']), tag(3, 'pub%', '%', ['b', '']))).toEqual(['a=']);
    expect(await tagged(tag(2, 'p%', '%', ['a', '']), tag(3, 'pub%', '%', ['b', '']))).toEqual(['b=']);
    expect(await tagged(tag(3, 'pub%', '%', ['a', '']), tag(2, 'pub%', '%', ['b', '']))).toEqual(['a=']);
    expect(await tagged(tag(2, 'public', 'other', ['a', '']))).toEqual([]);
  });
});

test('object mappings are refused: an S3 target has nothing to map to', () => {
  const rule = {
    'rule-type': 'object-mapping', 'rule-id': '2', 'rule-name': '2', 'rule-action': 'map-record-to-record',
    'object-locator': { 'schema-name': 'a', 'table-name': 'b' },
  };
  expect(() => taskOf({ rules: [selection('%', '%'), rule] }))
    .toThrow('rule 2: rule-type "object-mapping" is for DynamoDB, Kafka and Kinesis targets');
});
