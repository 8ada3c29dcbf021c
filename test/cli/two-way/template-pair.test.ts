import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtInPair } from '../../../cli/two-way/pair/built-in-pair';
import { templateConfiguration, templatePair } from '../../../cli/two-way/pair/template-pair';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const OPTIONS = { sites: ['OLD', 'NEW'], mode: 'prepared', pauseLimitSeconds: 30 } as const;

const endpoint = (server: string, type: string, engine = 'postgres'): object => ({
  Type: 'AWS::DMS::Endpoint', Properties: { EngineName: engine, EndpointType: type, ServerName: server, DatabaseName: 'orders' },
});

interface Change {
  readonly engine?: string;
  readonly backSettings?: object;
  readonly variables?: object;
}

/** A template with the two tasks of a pair, as a TwoWayReplication has them. */
function template({ engine, backSettings, variables }: Change = {}): string {
  const { tasks: [forward, backward] } = builtInPair({ ...OPTIONS, schema: 'shop' });
  const task = (properties: object, source: string, target: string): object => ({
    Type: 'AWS::DMS::ReplicationTask',
    Properties: { ...properties, SourceEndpointArn: { Ref: source }, TargetEndpointArn: { Ref: target } },
  });
  const back = backSettings === undefined ? {} : { ReplicationTaskSettings: JSON.stringify(backSettings) };
  const path = join(folders.create(), 'shop.template.json');
  writeFileSync(path, JSON.stringify({
    Resources: {
      OldSource: endpoint('old', 'source', engine), OldTarget: endpoint('old', 'target', engine),
      NewSource: endpoint('new', 'source'), NewTarget: endpoint('new', 'target'),
      // The order of a template says nothing.
      Back: task({ ...backward.properties, ...back }, 'NewSource', 'OldTarget'),
      Forth: task(forward.properties, 'OldSource', 'NewTarget'),
      ...(variables === undefined ? {} : { Function: { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables: variables } } } }),
    },
  }));
  return path;
}

test('the two tasks are known by their mirrored loopback prevention, and what they say is kept', () => {
  const { configuration, tasks } = templatePair(template(), undefined, OPTIONS);
  expect(tasks.map(({ logicalId }) => logicalId)).toEqual(['Forth', 'Back']);
  expect(configuration).toMatchObject({
    mode: 'prepared', tables: ['%'], pauseLimitSeconds: 30, needsApproval: false,
    sites: [
      { name: 'OLD', engine: 'postgres', schema: 'shop' },
      { name: 'NEW', engine: 'postgres', schema: 'shop', slotName: expect.stringMatching(/^dms_two_way_new_/) as string, slotPlugin: 'pgoutput' },
    ],
  });
  expect(configuration.sites[0].slotName).toBeUndefined();
});

test('a pair with another engine can be printed, not run', () => {
  const sites = [
    { name: 'SITEA', engine: 'oracle', schema: 'SHOP', replicationUser: 'DMS' }, { name: 'SITEB', engine: 'postgres', schema: 'shop' },
  ];
  const path = template({ engine: 'oracle', variables: { TWO_WAY: JSON.stringify({ sites, tables: ['%'] }) } });
  expect(templateConfiguration(path, undefined, OPTIONS).sites).toEqual(sites);
  expect(() => templatePair(path, undefined, OPTIONS)).toThrow('has an endpoint of oracle: on this machine both sites have to be PostgreSQL');
  // Of a template that does not say what its sites are, nothing is made up.
  expect(() => templateConfiguration(template({ engine: 'oracle' }), undefined, OPTIONS)).toThrow('has an endpoint of oracle');
});

test('what the functions of the switch are told is taken over, without what is of AWS', () => {
  const told = {
    mode: 'hot', tables: ['orders'], sequences: { kind: 'resynchronised', gap: 50 }, pauseLimitSeconds: 90, needsApproval: true,
    gates: { maxLagSeconds: 10, maxValidationAgeHours: 24, maxTransactionSeconds: 60, maxSlotBytes: 1 },
    sites: [
      { name: 'SITEA', engine: 'postgres', schema: 'shop', secretArn: 'arn:a' },
      { name: 'SITEB', engine: 'postgres', schema: 'shop', secretArn: 'arn:b', slotName: 'of_dms', slotPlugin: 'test_decoding' },
    ],
    aws: { tableName: 'map', forwardTaskArn: 'arn:f', backwardTaskArn: 'arn:g' },
  };
  const text = JSON.stringify({ ...told, aws: undefined }).slice(0, -1);
  const variables = { TWO_WAY: { 'Fn::Join': ['', [`${text},"aws":{"tableName":"`, { Ref: 'Map' }, '"}}']] } };
  const { configuration } = templatePair(template({ variables }), undefined, OPTIONS);
  const { aws: _, ...local } = told;
  expect(configuration).toEqual({
    ...local, needsApproval: false,
    sites: [
      { name: 'SITEA', engine: 'postgres', schema: 'shop' },
      { name: 'SITEB', engine: 'postgres', schema: 'shop', slotName: expect.stringMatching(/^dms_two_way_siteb_/) as string, slotPlugin: 'pgoutput' },
    ],
  });
});

test.each([
  ['a task without loopback prevention', { backSettings: {} }, 'has no pair of tasks with mirrored LoopbackPreventionSettings'],
  ['an Oracle site', { engine: 'oracle' }, 'task Forth has an endpoint of oracle: on this machine both sites have to be PostgreSQL'],
])('%s is refused', (_name, change, complaint) => {
  expect(() => templatePair(template(change), undefined, OPTIONS)).toThrow(complaint);
});
