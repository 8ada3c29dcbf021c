import { at, Finding, finding } from './finding';
import { SUBNET_RULES } from './replication-subnet-group';
import { pathOf, ResourceDefinition, TemplateResources } from './resources';

/** Checks whether DMS can reach AWS's own services from a subnet group, as far as the template has its network. */
export function checkWayOut(group: ResourceDefinition, resources: TemplateResources): Finding[] {
  const ids = group.properties.SubnetIds;
  if (!Array.isArray(ids) || resources.ofType('AWS::EC2::VPCEndpoint').length > 0) return [];
  const closed = (ids as unknown[]).map((id) => isClosed(id, resources));
  return closed.length > 0 && closed.every(Boolean) ? [noWayOut(closed.length, pathOf(group))] : [];
}

/** The finding about subnets without a way out. */
export const noWayOut = (count: number, path: string = ''): Finding => finding(SUBNET_RULES['no-way-out'],
  at(path, 'SubnetIds'), `none of the ${count} subnets has a route out of the network, and there is no VPC endpoint`);

/** Whether the template has the routes of a subnet, and none leads out. A network's main route table is unknown. */
function isClosed(id: unknown, resources: TemplateResources): boolean {
  const subnet = resources.direct(id)?.resource;
  if (subnet?.type !== 'AWS::EC2::Subnet') return false;
  const tables = resources.ofType('AWS::EC2::SubnetRouteTableAssociation')
    .filter(({ properties }) => resources.direct(properties.SubnetId)?.resource === subnet)
    .map(({ properties }) => resources.direct(properties.RouteTableId)?.resource);
  const leadsOut = resources.ofType('AWS::EC2::Route')
    .some(({ properties }) => tables.includes(resources.direct(properties.RouteTableId)?.resource));
  return tables.length > 0 && !tables.includes(undefined) && !leadsOut;
}
