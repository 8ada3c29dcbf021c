import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** What DMS refuses in a password (`;.:+{}*&,%\`), what RDS refuses, and what needs quoting in a shell or URL. */
export const DMS_PASSWORD_EXCLUDED_CHARACTERS = ' ;.:+{}*&,%\\/@"\'`$#^!?<>()[]|~=';

/** Where the database is and who logs in to it. */
export interface DmsSecretProps {
  /** Name or address of the database server. */
  readonly host: string;

  /**
   * Port of the database server.
   *
   * @default 5432
   */
  readonly port?: number;

  /** The database user. Create it with the password of this secret. */
  readonly username: string;

  /**
   * Key that encrypts the secret.
   *
   * @default - the account's `aws/secretsmanager` key
   */
  readonly encryptionKey?: IKey;

  /**
   * What happens to the secret when it leaves the stack.
   *
   * @default RemovalPolicy.RETAIN - the database still has this password
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A secret in the shape that DMS reads: `username`, `password`, `host` and `port`.
 *
 * Use it where a database has no such secret. A master secret that RDS manages is not one: it holds neither host nor
 * port. The password is generated without the characters that DMS cannot pass on.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/security_iam_secretsmanager.html
 */
export class DmsSecret extends Secret {
  public constructor(scope: Construct, id: string, props: DmsSecretProps) {
    super(scope, id, {
      description: 'Login of AWS DMS to a database',
      encryptionKey: props.encryptionKey,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
      generateSecretString: {
        secretStringTemplate: Stack.of(scope).toJsonString({
          username: props.username,
          host: props.host,
          port: props.port ?? 5432,
        }),
        generateStringKey: 'password',
        passwordLength: 30,
        excludeCharacters: DMS_PASSWORD_EXCLUDED_CHARACTERS,
      },
    });
  }
}
