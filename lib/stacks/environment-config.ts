import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { RdsToS3Options } from './rds-to-s3-stack';

/** One environment: where it is, how important it is, and the choices of its pipeline. */
export interface EnvironmentConfig extends RdsToS3Options {
  /**
   * The AWS account, twelve digits.
   *
   * @default - the account of the credentials at deployment
   */
  readonly account?: string;

  /** The AWS region, such as `us-east-1`. */
  readonly region: string;

  /**
   * Whether people depend on the data. Such an environment has to keep its data and its standby.
   *
   * @default false
   */
  readonly production?: boolean;
}

/** What is wrong with an environment, all of it; nothing when it can be built. */
export function environmentProblems(config: EnvironmentConfig): string[] {
  return [...locationProblems(config), ...nameProblems(config), ...productionProblems(config)];
}

function locationProblems({ account, region }: EnvironmentConfig): string[] {
  const problems: string[] = [];
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    problems.push(`account is '${account}': give 12 digits, or leave it out to use the account of the credentials`);
  }
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    problems.push(`region is '${region}': give the name of a region, such as 'us-east-1'`);
  }
  return problems;
}

function nameProblems({ databaseName, databasePort }: EnvironmentConfig): string[] {
  const problems: string[] = [];
  if (!/^[A-Za-z]\w{0,62}$/.test(databaseName)) {
    problems.push(`databaseName is '${databaseName}': give a letter followed by up to 62 letters, digits or _`);
  }
  if (databasePort !== undefined && (!Number.isInteger(databasePort) || databasePort < 1150 || databasePort > 65535)) {
    problems.push(`databasePort is ${databasePort}: RDS takes 1150 to 65535`);
  }
  return problems;
}

function productionProblems(config: EnvironmentConfig): string[] {
  if (config.production !== true) {
    return [];
  }
  const problems: string[] = [];
  if (config.deletionProtection === false) {
    problems.push('deletionProtection is false in production: turn it on, or do not call the environment production');
  }
  if (config.removalPolicy !== undefined && config.removalPolicy !== RemovalPolicy.RETAIN) {
    problems.push(`removalPolicy is '${config.removalPolicy}' in production: only 'retain' keeps the data`);
  }
  if (config.multiAz === false) {
    problems.push('multiAz is false in production: a failed zone would stop the database and the replication');
  }
  return problems;
}
