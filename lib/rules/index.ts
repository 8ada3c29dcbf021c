export { checkDocument, type DocumentKind, type DocumentReport } from './document';
export { type Finding, type Rule, type Severity } from './finding';
export { checkBucket } from './s3-target';
export { checkCertificate } from './certificate';
export { checkEndpoint } from './endpoint';
export { checkEventSubscription } from './event-subscription';
export { checkCatalogTable } from './glue-catalog';
export { checkParameterGroup, type ParameterGroupContext } from './postgres-source';
export { allRules } from './registry';
export { checkTableMappings } from './table-mappings';
export { checkReplicationInstance } from './replication-instance';
export { checkSubnetGroup } from './replication-subnet-group';
export { noWayOut } from './subnet-routes';
export { checkTask } from './replication-task';
export { checkTaskSettings } from './task-settings';
export { type TaskSubject } from './task-kind';
export { checkTwoWay } from './two-way';
export { legOf } from './two-way-pairs';
export { checkTemplate } from './check-template';
export {
  parseJsonProperty,
  readTemplate,
  type ResourceDefinition,
  type TaskDefinition,
  type TemplateDefinitions,
} from './template';
export { type CfnProperties } from './values';
