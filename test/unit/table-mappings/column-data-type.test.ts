import { ColumnDataType } from '../../../lib/table-mappings';

test.each<[string, () => ColumnDataType, object]>([
  ['date', () => ColumnDataType.DATE, {}],
  ['time', () => ColumnDataType.TIME, {}],
  ['int1', () => ColumnDataType.INT1, {}],
  ['int2', () => ColumnDataType.INT2, {}],
  ['int4', () => ColumnDataType.INT4, {}],
  ['int8', () => ColumnDataType.INT8, {}],
  ['uint1', () => ColumnDataType.UINT1, {}],
  ['uint2', () => ColumnDataType.UINT2, {}],
  ['uint4', () => ColumnDataType.UINT4, {}],
  ['uint8', () => ColumnDataType.UINT8, {}],
  ['real4', () => ColumnDataType.REAL4, {}],
  ['real8', () => ColumnDataType.REAL8, {}],
  ['blob', () => ColumnDataType.BLOB, {}],
  ['clob', () => ColumnDataType.CLOB, {}],
  ['nclob', () => ColumnDataType.NCLOB, {}],
  ['boolean', () => ColumnDataType.BOOLEAN, {}],
  ['tuple', () => ColumnDataType.of('tuple'), {}],
  ['datetime', () => ColumnDataType.datetime(0), { precision: 0 }],
  ['datetime', () => ColumnDataType.datetime(9), { precision: 9 }],
  ['numeric', () => ColumnDataType.numeric(1, 0), { precision: 1, scale: 0 }],
  ['numeric', () => ColumnDataType.numeric(38, 38), { precision: 38, scale: 38 }],
  ['string', () => ColumnDataType.string(1), { length: 1 }],
  ['wstring', () => ColumnDataType.wstring(50), { length: 50 }],
  ['bytes', () => ColumnDataType.bytes(16), { length: 16 }],
])('%s is the type of that name', (name, make, more) => {
  expect(make().typeName).toBe(name);
  expect(make().toJson()).toStrictEqual({ type: name, ...more });
});

test.each<[string, () => unknown]>([
  ['datetime precision -1 is out of range: it is from 0 to 9', () => ColumnDataType.datetime(-1)],
  ['datetime precision 10 is out of range: it is from 0 to 9', () => ColumnDataType.datetime(10)],
  ['datetime precision 1.5 is out of range: it is from 0 to 9', () => ColumnDataType.datetime(1.5)],
  ['numeric precision 0 is out of range: it is a whole number of at least 1', () => ColumnDataType.numeric(0, 0)],
  ['numeric scale -1 is out of range: it is from 0 to 4', () => ColumnDataType.numeric(4, -1)],
  ['string length 0 is out of range: it is a whole number of at least 1', () => ColumnDataType.string(0)],
  ['wstring length 0 is out of range: it is a whole number of at least 1', () => ColumnDataType.wstring(0)],
  ['bytes length 2.5 is out of range: it is a whole number of at least 1', () => ColumnDataType.bytes(2.5)],
])('%s', (message, make) => {
  expect(make).toThrow(new Error(message));
});
