import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { DMS_PRINCIPAL } from '../private/principals';

/** The two roles that DMS finds in an account by their fixed names. */
export interface IDmsServiceRoles extends IConstruct {
  /** `dms-vpc-role`: DMS attaches replication instances to networks with it. */
  readonly vpcRole: iam.IRole;

  /** `dms-cloudwatch-logs-role`: DMS writes the logs of tasks with it. */
  readonly logsRole: iam.IRole;
}

/**
 * Creates `dms-vpc-role` and `dms-cloudwatch-logs-role`.
 *
 * Their names are fixed and DMS looks for them in the whole account, so create them **once in each account**: an
 * account whose DMS console was ever used has them, and a second stack that creates them fails. Everywhere else leave
 * them alone, or pass those of the other stack.
 *
 * Their trust carries no confused-deputy condition: DMS stops writing logs when it does. The policies are DMS's own
 * managed ones, which it extends when it needs more.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/security-iam.html#CHAP_Security.APIRole
 */
export class DmsServiceRoles extends Construct implements IDmsServiceRoles {
  /** The roles of this account, by their names, made elsewhere. */
  public static fromExisting(scope: Construct, id: string): IDmsServiceRoles {
    return new ExistingServiceRoles(scope, id);
  }

  public readonly vpcRole: iam.IRole;
  public readonly logsRole: iam.IRole;

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    this.vpcRole = this.createRole('VpcRole', VPC_ROLE_NAME, 'AmazonDMSVPCManagementRole');
    this.logsRole = this.createRole('LogsRole', LOGS_ROLE_NAME, 'AmazonDMSCloudWatchLogsRole');
  }

  private createRole(id: string, roleName: string, policy: string): iam.Role {
    return new iam.Role(this, id, {
      roleName,
      assumedBy: new iam.ServicePrincipal(DMS_PRINCIPAL),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName(`service-role/${policy}`)],
    });
  }
}

const VPC_ROLE_NAME = 'dms-vpc-role';
const LOGS_ROLE_NAME = 'dms-cloudwatch-logs-role';

class ExistingServiceRoles extends Construct implements IDmsServiceRoles {
  public readonly vpcRole = iam.Role.fromRoleName(this, 'VpcRole', VPC_ROLE_NAME);
  public readonly logsRole = iam.Role.fromRoleName(this, 'LogsRole', LOGS_ROLE_NAME);
}
