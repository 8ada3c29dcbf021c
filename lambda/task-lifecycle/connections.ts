/** A connection from the replication instance to an endpoint, as DMS tested it last. */
export interface ConnectionView {
  readonly endpointArn: string;
  readonly status: string;
  readonly failure?: string;
}

export type ConnectionStep =
  | { readonly do: 'go' }
  | { readonly do: 'wait' }
  | { readonly do: 'test'; readonly endpointArns: string[] }
  | { readonly do: 'fail'; readonly message: string };

/** Roles and keys of the same deployment take effect late: a test that fails this early is made again. */
export const RETEST_SECONDS = 120;

/**
 * What to do about the connections of a task before it starts: DMS starts none whose connections did not both pass.
 *
 * @param elapsedSeconds how long ago the request began
 */
export function connectionStep(
  endpointArns: readonly string[], connections: readonly ConnectionView[], elapsedSeconds: number,
): ConnectionStep {
  const statusOf = (arn: string): ConnectionView | undefined =>
    connections.find((connection) => connection.endpointArn === arn);
  const failed = endpointArns.filter((arn) => statusOf(arn)?.status === 'failed');
  if (failed.length > 0 && elapsedSeconds >= RETEST_SECONDS) {
    const said = failed.map((arn) => `${arn}: ${statusOf(arn)?.failure ?? 'DMS does not say why'}`);
    return { do: 'fail', message: `the replication instance cannot connect to ${said.join('; ')}` };
  }
  const untested = endpointArns.filter((arn) => statusOf(arn) === undefined);
  if (failed.length + untested.length > 0) return { do: 'test', endpointArns: [...failed, ...untested] };
  return endpointArns.every((arn) => statusOf(arn)?.status === 'successful') ? { do: 'go' } : { do: 'wait' };
}
