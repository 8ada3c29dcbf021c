import { checkWayOut, noWayOut } from '../../../lib/rules/subnet-routes';
import { type ResourceDefinition, TemplateResources } from '../../../lib/rules/resources';

type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;

const ref = (Ref: string): object => ({ Ref });
const subnet = { Type: 'AWS::EC2::Subnet', Properties: {} };
const association = (zone: string, table: unknown = ref(`Table${zone}`)): Resources[string] => ({
  Type: 'AWS::EC2::SubnetRouteTableAssociation', Properties: { SubnetId: ref(`Subnet${zone}`), RouteTableId: table },
});
const table = { Type: 'AWS::EC2::RouteTable', Properties: {} };
const route = (of: string): Resources[string] => ({ Type: 'AWS::EC2::Route', Properties: { RouteTableId: ref(of) } });

/** Two subnets, each with a route table of its own that leads nowhere. */
const CLOSED: Resources = {
  SubnetA: subnet, SubnetB: subnet, TableA: table, TableB: table, ToA: association('A'), ToB: association('B'),
};

function found(resources: Resources, SubnetIds: unknown = [ref('SubnetA'), ref('SubnetB')]): unknown[] {
  const group: ResourceDefinition = { logicalId: 'Group', type: 'AWS::DMS::ReplicationSubnetGroup', properties: { SubnetIds } };
  return checkWayOut(group, new TemplateResources(resources));
}

describe('subnets of a replication instance', () => {
  test('that lead nowhere are found, all of them together', () => {
    expect(found(CLOSED)).toEqual([noWayOut(2, 'Resources.Group.Properties')]);
    expect(found(CLOSED, [ref('SubnetB')])).toEqual([noWayOut(1, 'Resources.Group.Properties')]);
  });

  test.each<[string, Resources]>([
    ['the first has a route', { ...CLOSED, Out: route('TableA') }],
    ['the second has a route', { ...CLOSED, Out: route('TableB') }],
    ['one has a second table with a route', { ...CLOSED, Third: table, Also: association('A', ref('Third')), Out: route('Third') }],
    ['one has the main table of its network', Object.fromEntries(Object.entries(CLOSED).filter(([id]) => id !== 'ToB'))],
    ['a table is of another stack', { ...CLOSED, ToB: association('B', { 'Fn::ImportValue': 'table' }) }],
    ['what stands there is no subnet', { ...CLOSED, SubnetB: { Type: 'AWS::EC2::VPC', Properties: {} } }],
    ['the network has an endpoint', { ...CLOSED, S3: { Type: 'AWS::EC2::VPCEndpoint', Properties: {} } }],
  ])('are not found when %s', (_, resources) => {
    expect(found(resources)).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['nothing', []], ['what is not known yet', ref('SubnetIds')], ['subnets of another stack', ['subnet-a', 'subnet-b']],
  ])('are not looked for in %s', (_, ids) => {
    expect(found(CLOSED, ids)).toEqual([]);
  });
});
