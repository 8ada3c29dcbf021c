import { CERTIFICATE_RULES } from './certificate';
import { CREDENTIAL_RULES } from './credentials';
import { DATABASE_TARGET_RULES } from './database-target';
import { ENDPOINT_RULES } from './endpoint';
import { ENGINE_RULES } from './engine';
import { EVENT_RULES } from './event-subscription';
import { Rule } from './finding';
import { CATALOG_RULES } from './glue-catalog';
import { POSTGRES_RULES } from './postgres-source';
import { POSTGRES_TARGET_RULES } from './postgres-target';
import { QUOTA_RULES } from './quotas';
import { REDSHIFT_RULES } from './redshift-target';
import { INSTANCE_RULES } from './replication-instance';
import { SUBNET_RULES } from './replication-subnet-group';
import { TASK_RULES } from './replication-task-rules';
import { TEMPLATE_RULES } from './resource-shape';
import { ROLE_RULES } from './roles';
import { S3_RULES } from './s3-target';
import { SERVERLESS_RULES } from './serverless';
import { SERVICE_ROLE_RULES } from './service-roles';
import { MAPPING_RULES } from './table-mapping-rules';
import { SETTINGS_RULES } from './task-settings';
import { TWO_WAY_RULES } from './two-way-rules';

/** Every rule, family by family. */
export function allRules(): Rule[] {
  return [
    MAPPING_RULES, SETTINGS_RULES, POSTGRES_RULES, S3_RULES, CREDENTIAL_RULES, ENDPOINT_RULES, ENGINE_RULES, TASK_RULES,
    POSTGRES_TARGET_RULES, DATABASE_TARGET_RULES, REDSHIFT_RULES, CATALOG_RULES, CERTIFICATE_RULES, INSTANCE_RULES,
    SUBNET_RULES, SERVERLESS_RULES, ROLE_RULES, SERVICE_ROLE_RULES, EVENT_RULES, TEMPLATE_RULES, QUOTA_RULES,
    TWO_WAY_RULES,
  ].flatMap((family) => Object.values<Rule>(family));
}
