import type { ICertificateRef } from 'aws-cdk-lib/aws-dms';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { TwoWaySiteOptions } from './two-way-site';

/** What a site of an engine is given that DMS encrypts to only when it can verify the server: MySQL and Oracle. */
export interface VerifiedSiteOptions extends TwoWaySiteOptions {
  /** The user in `secret`: the fence and the triggers of the tables let it through. */
  readonly replicationUser: string;

  /**
   * Security groups of the server, when it is in AWS. They are opened to the legs and to the switch.
   *
   * @default - none; the network is opened by whoever owns it
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The certificate authority, for Oracle the wallet, that the server is verified with.
   *
   * @default - none, which has to be said with `unencrypted`
   */
  readonly certificate?: ICertificateRef;

  /**
   * Whether rows and password cross the network readable.
   *
   * @default false - `certificate` is needed
   */
  readonly unencrypted?: boolean;
}
