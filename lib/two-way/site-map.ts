import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';

/** What an application needs of the map: the authority, the sites, and the history. */
const READING = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:Scan'];

/** The table that says which site is written to. */
export interface ISiteMap extends IConstruct {
  /** The table. Its partition key is `site`. */
  readonly table: dynamodb.ITable;

  /** Lets an application read the map, and nothing else. */
  grantRead(grantee: iam.IGrantable): iam.Grant;
}

/** How the map is kept. */
export interface SiteMapProps {
  /**
   * Key that encrypts the table.
   *
   * @default - a key that DynamoDB owns
   */
  readonly encryptionKey?: IKey;

  /**
   * Whether the table refuses to be deleted.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;

  /**
   * What happens to the table when it leaves the stack.
   *
   * @default RemovalPolicy.RETAIN - without the map nobody knows which site has the latest rows
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** @internal */
abstract class SiteMapBase extends Construct implements ISiteMap {
  public abstract readonly table: dynamodb.ITable;
  /**
   * The key of a table that is made here; one that is imported by its name shows none.
   *
   * @internal
   */
  protected abstract readonly _key?: IKey;

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    this._key?.grantDecrypt(grantee);
    return this.table.grant(grantee, ...READING);
  }
}

/**
 * The site map: which site is written to, since when, in which epoch, and what came of past switches.
 *
 * An item for each site has the shape that programs of the original `appmap` read, and no password. Point-in-time
 * recovery is on; the switch changes the authority only on condition that nobody else did.
 */
export class SiteMap extends SiteMapBase {
  /** The map of another stack, by the name of its table. */
  public static fromTableName(scope: Construct, id: string, tableName: string): ISiteMap {
    class Import extends SiteMapBase {
      public readonly table = dynamodb.Table.fromTableName(this, 'Table', tableName);
      protected readonly _key = undefined;
    }
    return new Import(scope, id);
  }

  public readonly table: dynamodb.ITable;
  /** @internal */
  protected readonly _key?: IKey;

  public constructor(scope: Construct, id: string, props?: SiteMapProps) {
    super(scope, id);
    this._key = props?.encryptionKey;
    this.table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: 'site', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: props?.encryptionKey === undefined
        ? dynamodb.TableEncryption.DEFAULT
        : dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: props?.encryptionKey,
      deletionProtection: props?.deletionProtection ?? true,
      removalPolicy: props?.removalPolicy ?? RemovalPolicy.RETAIN,
    });
  }
}
