import type { SelectedSubnets } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { fail } from './validation';

const LEAST_ZONES = 2;

/** Refuses subnets that DMS makes no subnet group of. Until the VPC is looked up they are stand-ins. */
export function refuseSingleZone(scope: Construct, what: string, selection: SelectedSubnets): void {
  const zones = new Set(selection.subnets.map((subnet) => subnet.availabilityZone));
  if (selection.isPendingLookup !== true && zones.size < LEAST_ZONES) {
    fail(scope, `${what} has subnets in ${zones.size} Availability Zone: DMS needs subnets in at least ${LEAST_ZONES}; `
      + 'choose others with vpcSubnets, or give the VPC a second zone');
  }
}
