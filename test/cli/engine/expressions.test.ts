import { Expression, type RowHeader } from '../../../cli/engine/plan/expression';
import { EVERYTHING, transformation } from '../../support/dms-template';
import { runEngine } from '../../support/engine-run';
import { planOf, sourceTable } from '../../support/source-table';
import { SourceServer } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

describe('expressions', () => {
  const header: RowHeader = { operation: 'UPDATE', streamPosition: '0/1A', timestamp: '2026-01-02 03:04:05.000006', changeSequence: '0001' };
  const values: Readonly<Record<string, string | number | null>> = { id: 7, name: "O'Neil $x", nothing: null, 'größe': 'L' };
  const table = {
    schema: 's', table: 't', modifiedSchema: 'lake', modifiedTable: 'T', column: { name: 'name', dms: 'WSTRING' },
  };

  async function evaluated(text: string): Promise<string | null> {
    const expression = await Expression.compile(text, table, Object.keys(values), 'rule 5');
    const result = expression.evaluate((name) => values[name] ?? null, header);
    return result === null ? null : `${result.isBlob ? 'blob ' : ''}${result.bytes.toString(result.isBlob ? 'hex' : 'utf8')}`;
  }

  test.each([
    ['$id * 2 + 1', '15'],
    ["'$id and ''quotes'' ' || $name", "$id and 'quotes' O'Neil $x"],
    ['upper($name) || lower($name)', "O'NEIL $Xo'neil $x"],
    ['$größe', 'L'],
    ["coalesce($nothing, 'none')", 'none'],
    ['$nothing', null],
    ['nullif($id, 7)', null],
    ['substr($name, 1, 2)', "O'"],
    ["replace($name, 'Neil', 'X')", "O'X $x"],
    ["replaceChars($name, 'Nl$', 'nL')", "O'neiL x"],
    ["trim('  a ') || ltrim(' b') || rtrim('c ')", 'abc'],
    ["hash_sha256('abc')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ["hex('ab')", '6162'],
    ["x'00ff'", 'blob 00ff'],
    ['zeroblob(2)', 'blob 0000'],
    ['abs(-3) || max(1, 2) || min(1, 2) || round(2.567, 1)', '3212.6'],
    ["CASE WHEN $id > 5 THEN 'big' ELSE 'small' END", 'big'],
    ["date('2026-02-28', '+1 day') || strftime('%Y', '2026-01-01')", '2026-03-012026'],
    ['9223372036854775807', '9223372036854775807'],
    ['$AR_H_OPERATION', 'UPDATE'],
    ['$AR_H_STREAM_POSITION', '0/1A'],
    ['$AR_H_COMMIT_TIMESTAMP', '2026-01-02 03:04:05.000006'],
    ['$AR_H_CHANGE_SEQ', '0001'],
    ["$AR_M_SOURCE_SCHEMA || '.' || $AR_M_SOURCE_TABLE_NAME", 's.t'],
    ["$AR_M_MODIFIED_SCHEMA || '.' || $AR_M_MODIFIED_TABLE_NAME", 'lake.T'],
    ["$AR_M_SOURCE_COLUMN_NAME || ' ' || $AR_M_SOURCE_COLUMN_DATATYPE", 'name WSTRING'],
    ["operation_indicator('D', 'U', 'I')", 'U'],
    ["ifnull($nothing, 'x') || 'y' -- and a comment", 'xy'],
    ["'unknown(1)' || 'it''s f(x)'", "unknown(1)it's f(x)"],
    ['CAST($id AS VARCHAR(10)) || (CASE WHEN NOT($id IN (1, 2)) THEN (3) END)', '73'],
    ["LOWER('Ab') || Coalesce($nothing, 1)", 'ab1'],
    ["time('12:00:00', '+30 minutes') || ' ' || datetime('2026-01-01 00:00:00')", '12:30:00 2026-01-01 00:00:00'],
    ["julianday('2000-01-01 12:00:00')", '2451545'],
    ['(hex(randomblob(9)) = hex(randomblob(9))) || (random() = random())', '00'],
  ])('%s is %s', async (text, value) => {
    expect(await evaluated(text)).toBe(value);
  });

  test.each([
    ['$missing', /^rule 5: expression refers to \$missing, but s\.t has no such column; it has id, name, nothing, größe$/],
    ['$id +', /^rule 5: expression "\$id \+" is not valid: near "\)": syntax error$/],
    ["$id || instr('a', 'b')", /^rule 5: expression calls instr\(\), which DMS does not document; it has lower, upper, ltrim, /],
    ['1, 2', /^rule 5: its expression fails for a row of s\.t|^rule 5: expression "1, 2" is not valid: row value misused$/],
    ['(SELECT 1); DROP TABLE t', /^rule 5: expression .* is not valid: near ";": syntax error$/],
    ['abs(-9223372036854775808)', /^rule 5: its expression fails for a row of s\.t: integer overflow$/],
  ])('%s is refused', async (text, message) => {
    await expect(evaluated(text)).rejects.toThrow(message);
  });

  const added = (expression: string, locator: object = {}): object => transformation(
    2, 'add-column', 'column', locator, { value: 'more', expression, 'data-type': { type: 'string', length: 20 } });

  test.each<[object, string]>([
    [added('$a-b'), 'refers to the column "a-b" of public.t: DMS takes no columns with special characters in their names'],
    [added('$AR_M_SOURCE_COLUMN_NAME'), "refers to $AR_M_SOURCE_COLUMN_NAME, but the rule's object-locator names no column"],
    [added('$AR_M_SOURCE_COLUMN_DATATYPE', { 'column-name': '%' }), 'refers to $AR_M_SOURCE_COLUMN_DATATYPE, but the rule'],
    [added('$AR_M_NOTHING'), 'refers to $AR_M_NOTHING, but public.t has no such column'],
  ])('%j is refused for its table', async (rule, message) => {
    await expect(planOf(sourceTable({ id: 'integer', 'a-b': 'integer' }), rule)).rejects.toThrow(message);
  });

  test('operation_indicator needs a primary key', async () => {
    const indicator = added("upper(Operation_Indicator('d', 'u', 'i'))");
    await expect(planOf(sourceTable({ id: 'integer' }, { key: [] }), indicator))
      .rejects.toThrow('rule 2: operation_indicator needs a primary key, and public.t has none; leave it out of the rule');
    expect((await planOf(sourceTable({ id: 'integer' }), indicator)).computed.map(({ name }) => name)).toEqual(['more']);
  });
});

describe('in a rehearsal', () => {
  const folders = new TemporaryFolders();
  const server = new SourceServer();

  test('rows are flagged by what happened to them, deleted ones too, and know their table', async () => {
    const db = await server.database();
    await db.query("CREATE TABLE t (id integer PRIMARY KEY, name varchar(9)); INSERT INTO t VALUES (1, 'x'), (2, 'y')");
    const add = (id: number, value: string, expression: string, locator: object, type: string): object =>
      transformation(id, 'add-column', 'column', locator, { value, expression, 'data-type': { type, length: 40 } });
    const rules = [
      EVERYTHING,
      transformation(2, 'convert-uppercase', 'table', {}),
      add(3, 'flag', "operation_indicator('gone', 'changed', 'new')", {}, 'string'),
      add(4, 'origin', "$AR_M_SOURCE_TABLE_NAME || '>' || $AR_M_MODIFIED_TABLE_NAME", {}, 'string'),
      add(5, 'type', '$AR_M_SOURCE_COLUMN_DATATYPE', { 'column-name': 'name' }, 'string'),
      add(6, 'odd', '$id % 2', {}, 'boolean'),
      add(7, 'small', '$id - 1', {}, 'uint1'),
    ];
    const { report, lake } = await runEngine(db.url, { rules }, {
      folder: folders.create(),
      changes: async () => {
        await db.query("UPDATE t SET name = 'z' WHERE id = 1");
        await db.query('DELETE FROM t WHERE id = 2');
        await db.query("INSERT INTO t VALUES (0, 'w')");
      },
    });
    expect(await lake.rows([...lake.loadFiles('public/T'), ...lake.changeFiles('public/T')])).toEqual([
      ['I', 1, 'x', 'new', 't>T', 'WSTRING', true, 0],
      ['I', 2, 'y', 'new', 't>T', 'WSTRING', false, 1],
      ['U', 1, 'z', 'changed', 't>T', 'WSTRING', true, 0],
      ['D', 2, null, 'gone', 't>T', 'WSTRING', false, 1],
      ['I', 0, 'w', 'new', 't>T', 'WSTRING', false, null],
    ]);
    expect(report.tables[0]).toMatchObject({ validationState: 'Validated', inserts: 1, updates: 1, deletes: 1 });
    expect(report.warnings).toEqual([
      "public.t.small: 1 values have no counterpart in the file's types and were written as null",
    ]);
  });
});
