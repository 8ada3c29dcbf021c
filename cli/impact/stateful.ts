import { type Effect } from './effects';
import type { ResourceChange } from './resource-changes';

/** What holds something that cannot be made again, and what that is. */
const STATEFUL: Readonly<Record<string, string>> = {
  'AWS::RDS::DBInstance': 'the database and its replication slots',
  'AWS::RDS::DBCluster': 'the database and its replication slots',
  'AWS::S3::Bucket': 'every object in it',
  'AWS::DynamoDB::Table': 'its items',
  'AWS::DynamoDB::GlobalTable': 'its items',
  'AWS::KMS::Key': 'whatever is encrypted with it',
  'AWS::SecretsManager::Secret': 'its value, which others may know',
  'AWS::Redshift::Cluster': 'the warehouse',
  'AWS::RedshiftServerless::Namespace': 'the warehouse',
  'AWS::Logs::LogGroup': 'its logs',
  'AWS::DMS::Certificate': 'the certificate',
  'AWS::DMS::Endpoint': 'the place in it of every task',
  'AWS::DMS::ReplicationInstance': 'the place of every task on it',
  'AWS::DMS::ReplicationSubnetGroup': 'the network of the instance',
};

/** What a change does to something that holds data, or that tasks work with; nothing when it stays. */
export function statefulEffect(change: ResourceChange): Effect | undefined {
  const lost = STATEFUL[change.type];
  if (lost === undefined) return undefined;
  const { logicalId: resource, type } = change;
  switch (change.fate) {
    case 'deleted':
      return { effect: 'destroys', resource, type, message: `it is deleted, and with it ${lost}`, details: [] };
    case 'replaced': {
      const message = `a new one takes its place, without ${lost}`;
      return { effect: 'replaces', resource, type, message, details: [`replaced by a change of ${change.replacing.join(', ')}`] };
    }
    case 'kept': {
      const message = 'it leaves the stack and stays in the account: a new one of the same name cannot be created';
      return { effect: 'keeps', resource, type, message, details: [] };
    }
    default: return undefined;
  }
}
