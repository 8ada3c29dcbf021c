import { CREDENTIAL_RULES } from './credentials';
import { DATABASE_TARGET_RULES } from './database-target';
import { ENDPOINT_RULES } from './endpoint';
import { Rule } from './finding';
import { CATALOG_RULES } from './glue-catalog';
import { POSTGRES_RULES } from './postgres-source';
import { POSTGRES_TARGET_RULES } from './postgres-target';
import { REDSHIFT_RULES } from './redshift-target';
import { TASK_RULES } from './replication-task-rules';
import { S3_RULES } from './s3-target';
import { MAPPING_RULES } from './table-mapping-rules';
import { SETTINGS_RULES } from './task-settings';

/** Every rule, family by family. */
export function allRules(): Rule[] {
  return [
    MAPPING_RULES, SETTINGS_RULES, POSTGRES_RULES, S3_RULES, CREDENTIAL_RULES, ENDPOINT_RULES, TASK_RULES,
    POSTGRES_TARGET_RULES, DATABASE_TARGET_RULES, REDSHIFT_RULES, CATALOG_RULES,
  ].flatMap((family) => Object.values<Rule>(family));
}
