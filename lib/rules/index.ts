export { checkDocument, type DocumentKind, type DocumentReport } from './document';
export { type Finding, type Rule, type Severity } from './finding';
export { checkBucket } from './s3-target';
export { checkEndpoint } from './endpoint';
export { checkCatalogTable } from './glue-catalog';
export { checkParameterGroup, type ParameterGroupContext } from './postgres-source';
export { allRules } from './registry';
export { checkTableMappings } from './table-mappings';
export { checkTask, type TaskSubject } from './replication-task';
export { checkTaskSettings } from './task-settings';
export { checkTemplate } from './check-template';
export {
  parseJsonProperty,
  readTemplate,
  type ResourceDefinition,
  type TaskDefinition,
  type TemplateDefinitions,
} from './template';
export { type CfnProperties } from './values';
