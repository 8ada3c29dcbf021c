import { CfnEndpoint } from 'aws-cdk-lib/aws-dms';
import type { Construct } from 'constructs';
import type {
  IReplicationSource,
  IReplicationTarget,
  ReplicationSourceBinding,
  ReplicationSourceBindOptions,
  ReplicationTargetBinding,
  TaskSettings,
} from '../../../lib';

/** An engine that the library does not know: what anybody may add to it. */
export class SomeSource implements IReplicationSource {
  public readonly bound: ReplicationSourceBindOptions[] = [];
  public readonly endpoint: CfnEndpoint;

  public constructor(scope: Construct, private readonly taskSettings?: TaskSettings) {
    this.endpoint = new CfnEndpoint(scope, 'SomeSource', { endpointType: 'source', engineName: 'db2' });
  }

  public bind(options: ReplicationSourceBindOptions): ReplicationSourceBinding {
    this.bound.push(options);
    return { endpoint: this.endpoint, taskSettings: this.taskSettings };
  }
}

/** A target that the library does not know. */
export class SomeTarget implements IReplicationTarget {
  public readonly endpoint: CfnEndpoint;

  public constructor(scope: Construct, private readonly taskSettings?: TaskSettings) {
    this.endpoint = new CfnEndpoint(scope, 'SomeTarget', { endpointType: 'target', engineName: 'opensearch' });
  }

  public bind(): ReplicationTargetBinding {
    return { endpoint: this.endpoint, taskSettings: this.taskSettings };
  }
}
