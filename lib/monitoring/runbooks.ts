/** The pages of `docs/runbooks` that alarms and events point to. */
export type Runbook =
  | 'disk-full' | 'latency' | 'memory' | 'slot-lag' | 'task-failed' | 'task-log-errors' | 'validation-failures';

/** Where this library's own runbooks are read. */
export const RUNBOOK_URL = 'https://github.com/cdk-dms-pipelines/cdk-dms-pipelines/blob/main/docs/runbooks';

export const runbookLink = (url: string, runbook: Runbook): string => `${url.replace(/\/+$/, '')}/${runbook}.md`;
