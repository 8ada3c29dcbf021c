import { directReference, joinOf, referencesIn, textOf } from '../../../lib/rules/references';
import { TemplateResources } from '../../../lib/rules/resources';

test.each<[unknown, unknown]>([
  [{ Ref: 'A' }, { logicalId: 'A' }], [{ Ref: 1 }, undefined],
  [{ 'Fn::GetAtt': ['A', 'Arn'] }, { logicalId: 'A', attribute: 'Arn' }],
  [{ 'Fn::GetAtt': ['A', 'Endpoint.Address', 'x'] }, { logicalId: 'A', attribute: 'Endpoint.Address' }],
  [{ 'Fn::GetAtt': 'A.Endpoint.Address' }, { logicalId: 'A', attribute: 'Endpoint.Address' }],
  [{ 'Fn::GetAtt': { Ref: 'A' } }, undefined],
  [{ 'Fn::Sub': '${A}' }, undefined], [[{ Ref: 'A' }], undefined], ['A', undefined], [null, undefined], [{}, undefined],
])('%j is the reference %j', (value, reference) => {
  expect(directReference(value)).toEqual(reference);
});

test.each<[unknown, string[]]>([
  [{ Ref: 'A' }, ['A']], [{ Ref: ['A'] }, []], [[{ Ref: 'A' }, { a: { Ref: 'B' } }], ['A', 'B']],
  [{ 'Fn::GetAtt': ['A', 'Arn'] }, ['A']], [{ 'Fn::GetAtt': 'A.Arn' }, ['A']], [{ 'Fn::GetAtt': [] }, []],
  [{ 'Fn::Sub': '${A.Arn}/${B}/$C/${!D}/${AWS::Region}' }, ['A', 'B']],
  [{ 'Fn::Sub': ['${A}-${V}', { V: { Ref: 'B' } }] }, ['A', 'V', 'B']],
  [{ 'Fn::Sub': [{ Ref: 'A' }] }, ['A']],
  [{ 'Fn::Join': ['', ['a', { Ref: 'A' }]] }, ['A']], ['A', []], [null, []], [7, []],
])('%j refers to %j', (value, ids) => {
  expect(referencesIn(value)).toEqual(ids);
});

test.each<[unknown, string]>([
  ['a', 'a'], [{ Ref: 'A' }, '<A>'], [{ Ref: 'AWS::Partition' }, '<AWS.Partition>'],
  [{ 'Fn::GetAtt': ['A', 'Arn'] }, '<A.Arn>'], [{ 'Fn::GetAtt': ['A'] }, '<A>'],
  ['a ${Token[TOKEN.1]} b ${Token[TOKEN.2]}', 'a <?> b <?>'], ['{{resolve:ssm:a}}-{{resolve:ssm:b}}', '<?>-<?>'],
  [{ 'Fn::Join': ['-', ['a', { Ref: 'A' }, ['b']]] }, 'a-<A>-<?>'],
  [{ 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${A}/*' }, 'arn:<AWS.Partition>:s3:::<A>/*'],
  [{ 'Fn::Sub': ['${V}/${A.Arn}', { V: { Ref: 'B' } }] }, '<B>/<A.Arn>'],
  [{ 'Fn::Sub': ['${V}'] }, '<V>'], [{ 'Fn::Sub': [7] }, '<?>'], [{ 'Fn::Sub': ['${V}', 'x'] }, '<V>'],
  [{ 'Fn::ImportValue': 'a' }, '<?>'], [7, '<?>'], [null, '<?>'],
])('%j as a text is %j', (value, text) => {
  expect(textOf(value)).toBe(text);
});

test.each<[unknown, unknown]>([
  [{ 'Fn::Join': ['-', ['a']] }, { separator: '-', parts: ['a'] }], [{ 'Fn::Join': [1, ['a']] }, undefined],
  [{ 'Fn::Join': ['-', 'a'] }, undefined], [{ 'Fn::Join': '-' }, undefined], [{}, undefined], [null, undefined],
])('%j joins %j', (value, join) => {
  expect(joinOf(value)).toEqual(join);
});

describe('TemplateResources', () => {
  let resources: TemplateResources;
  beforeEach(() => { resources = new TemplateResources({
    A: { Type: 'T', Properties: { a: 1 }, DependsOn: 'B' }, B: { Type: 'U', DependsOn: ['A', 7] }, C: { Type: 'T', Properties: 'none' },
    D: { Type: 7 }, E: 'resource', F: null,
  }); });
  const ids = (found: readonly { logicalId: string }[]): string[] => found.map(({ logicalId }) => logicalId);

  test('holds what is a resource', () => {
    expect(resources.all()).toEqual([
      { logicalId: 'A', type: 'T', properties: { a: 1 }, dependsOn: ['B'] },
      { logicalId: 'B', type: 'U', properties: {}, dependsOn: ['A'] },
      { logicalId: 'C', type: 'T', properties: {}, dependsOn: [] },
    ]);
  });

  test('is found by type', () => {
    expect([resources.ofType('T'), resources.ofType('U', 'T'), resources.ofType('V'), resources.ofType()].map(ids))
      .toEqual([['A', 'C'], ['B', 'A', 'C'], [], []]);
  });

  test('is found by what refers to it', () => {
    expect(resources.direct({ Ref: 'A' })).toEqual({ resource: resources.all()[0], reference: { logicalId: 'A' } });
    expect([resources.direct({ Ref: 'Z' }), resources.direct('A')]).toEqual([undefined, undefined]);
    const value = [{ Ref: 'B' }, { Ref: 'C' }, { Ref: 'Z' }, { Ref: 'A' }];
    expect(ids(resources.allReferenced(value, ['T']))).toEqual(['C', 'A']);
    expect(resources.referenced(value, ['T', 'U'])?.logicalId).toBe('B');
    expect(resources.referenced(value, ['V'])).toBeUndefined();
  });
});
