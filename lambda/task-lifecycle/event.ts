import type { AssessmentProperties } from './api';

/** What CloudFormation asks of a custom resource, as CDK's provider framework passes it on. */
export interface LifecycleEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceType: string;
  readonly RequestId: string;
  readonly StackId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

/** What a request comes down to. The framework hands it to every call of `isComplete`. */
export interface Plan {
  readonly PhysicalResourceId: string;
  /** The attributes of the resource. */
  readonly Data?: Readonly<Record<string, string>>;
  /** What is to become of which replication; nothing when there is nothing to do. */
  readonly Goal?: Goal;
}

/** What is to become of a replication. It travels as JSON, so it holds nothing but text. */
export interface Goal {
  /** Of the task, or of the configuration of the serverless replication. */
  readonly arn: string;
  readonly wish: Wish;
  /** When the request began, in ISO 8601. */
  readonly since: string;
  readonly timeoutMinutes: number;
  /** Set in a rollback, which has to go through: the guard tries again at its end, and then people. */
  readonly mayFail?: true;
}

export type Wish =
  | { readonly state: 'stopped' }
  | {
    readonly state: 'running';
    readonly load: Load;
    /** The last start as the request began, which tells a new start from an old one. */
    readonly startedBefore?: string;
    /** What is assessed before the first start. */
    readonly assessment?: Assessment;
  };

/** An assessment that belongs to one request: made again, the request finds it by its name. */
export interface Assessment extends AssessmentProperties {
  readonly RunName: string;
}

/**
 * What may be loaded on the way.
 *
 * - `never`: nothing; only resume.
 * - `first`: what was never loaded.
 * - `allowed`: also everything again, if it cannot be resumed any more.
 * - `again`: everything again.
 */
export type Load = 'never' | 'first' | 'allowed' | 'again';

/** A request and the plan for it. */
export type PlannedEvent = LifecycleEvent & Plan;
