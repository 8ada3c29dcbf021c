/** What CloudFormation asks of a custom resource, as CDK's provider framework passes it on. */
export interface LifecycleEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceType: string;
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
  /** What is to become of which task; nothing when there is nothing to do. */
  readonly Goal?: Goal;
}

/** What is to become of a task. It travels as JSON, so it holds nothing but text. */
export interface Goal {
  readonly taskArn: string;
  readonly wish: Wish;
  /** When the request began, in ISO 8601. */
  readonly since: string;
  readonly timeoutMinutes: number;
}

export type Wish =
  | { readonly state: 'stopped' }
  | {
    readonly state: 'running';
    /** `never`: only resume. `first`: load what was never loaded. `again`: load everything again. */
    readonly load: 'never' | 'first' | 'again';
    /** When the task had last been started as the request began, which tells a new start from an old one. */
    readonly startedBefore?: string;
  };

/** A request and the plan for it. */
export type PlannedEvent = LifecycleEvent & Plan;
