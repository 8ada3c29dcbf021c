/** What CloudFormation asks of a custom resource, as CDK's provider framework passes it on. */
export interface PreparationEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

/** The answer: which resource it is, and its attributes. */
export interface Answer {
  readonly PhysicalResourceId: string;
  readonly Data?: Readonly<Record<string, string>>;
}
