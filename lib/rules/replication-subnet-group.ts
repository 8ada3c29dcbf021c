import { at, defineRules, Finding, finding } from './finding';
import { TemplateResources } from './resources';
import { CfnProperties, isUnresolved, shown } from './values';

/** The rules for the subnets of replication instances and serverless replications. */
export const SUBNET_RULES = defineRules('subnets',
  'https://docs.aws.amazon.com/dms/latest/userguide/CHAP_ReplicationInstance.VPC.html', {
    single: {
      reason: 'DMS wants subnets in two Availability Zones, so that an instance can be moved or have a standby.',
      fix: 'give subnets in two Availability Zones or more',
    },
    'single-zone': {
      reason: 'DMS refuses a subnet group that covers one Availability Zone only.',
      fix: 'give subnets in two Availability Zones or more',
    },
    'no-way-out': {
      severity: 'warning',
      reason: 'DMS reaches S3, Secrets Manager and CloudWatch Logs from inside the network.',
      fix: 'create VPC endpoints for what it needs (createVpcEndpoints), or choose subnets with a route out',
      source: 'https://docs.aws.amazon.com/dms/latest/userguide/CHAP_VPC_Endpoints.html',
    },
  });

/**
 * Checks the properties of an `AWS::DMS::ReplicationSubnetGroup`.
 *
 * @param resources those of its template, which may tell the zones of the subnets
 */
export function checkSubnetGroup(properties: CfnProperties, path: string = '', resources?: TemplateResources): Finding[] {
  const subnets = properties.SubnetIds;
  // One that is not known yet may be left out, or be several.
  if (!Array.isArray(subnets)) return [];
  const distinct = new Map((subnets as unknown[]).map((subnet) => [JSON.stringify(subnet), subnet]));
  if (distinct.size < 2) {
    return [...distinct.values()].some(mayBeSeveral) ? [] : [finding(SUBNET_RULES.single, at(path, 'SubnetIds'),
      `there is ${distinct.size === 0 ? 'no subnet' : `one subnet, ${shown([...distinct.values()][0])}`}: `
      + 'it has to be two or more')];
  }
  const zones = [...distinct.values()].map((subnet) => zoneOf(subnet, resources));
  return zones.includes(undefined) || new Set(zones).size > 1 ? [] : [finding(SUBNET_RULES['single-zone'],
    at(path, 'SubnetIds'), `all ${distinct.size} subnets are in the Availability Zone ${zones[0]!}`)];
}

/** A `Ref` in a list is one subnet; what another function returns may be none or several. */
const mayBeSeveral = (subnet: unknown): boolean => isUnresolved(subnet) && !isReference(subnet);

const isReference = (value: unknown): boolean => typeof value === 'object' && value !== null && 'Ref' in value;

/** The zone as the template writes it, to be compared with others. */
function zoneOf(subnet: unknown, resources: TemplateResources | undefined): string | undefined {
  const zone = resources?.direct(subnet)?.resource.properties.AvailabilityZone;
  return zone === undefined ? undefined : JSON.stringify(zone);
}
