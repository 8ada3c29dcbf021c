import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What AWS answers to one call: an object as JSON, a text as it is. */
export type Answer = object | string | { readonly error: string; readonly message: string };
export type Answers = Readonly<Record<string, (input: Record<string, unknown>) => Answer>>;

export interface Call {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

/** The part of AWS that the command line talks to, on this machine: Step Functions, DynamoDB and CloudFormation. */
export class AwsFake {
  public readonly calls: Call[] = [];
  private server: Server | undefined;

  /** @param answers by the name of the call */
  public constructor(public answers: Answers = {}) {
    beforeAll(() => this.start());
    afterAll(() => new Promise((resolve) => this.server?.close(resolve)));
    beforeEach(() => this.calls.splice(0));
  }

  /** The surroundings of a command that shall meet this one. */
  public get environment(): NodeJS.ProcessEnv {
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}`, AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_MAX_ATTEMPTS: '1',
    };
  }

  public called(name: string): Record<string, unknown>[] {
    return this.calls.filter((call) => call.name === name).map(({ input }) => input);
  }

  private async start(): Promise<void> {
    this.server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        const { name, input } = callOf(request, body);
        this.calls.push({ name, input });
        const answer = this.answers[name]?.(input) ?? { error: 'UnknownOperationException', message: `nobody answers ${name}` };
        const failed = typeof answer === 'object' && 'error' in answer && 'message' in answer;
        response.statusCode = failed ? 400 : 200;
        response.setHeader('content-type', typeof answer === 'string' ? 'text/xml' : 'application/x-amz-json-1.0');
        response.end(typeof answer === 'string' ? answer
          : JSON.stringify(failed ? { __type: answer.error, message: answer.message } : answer));
      });
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
  }
}

/** JSON protocols name the call in a header, the query protocol in the form. */
function callOf(request: IncomingMessage, body: string): Call {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return { name: target.split('.').at(-1)!, input: JSON.parse(body) as Record<string, unknown> };
  const form = new URLSearchParams(body);
  return { name: form.get('Action') ?? 'nothing', input: Object.fromEntries(form) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export const stackXml = (resources: readonly (readonly [id: string, type: string, physical: string])[]): string =>
  `<ListStackResourcesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><ListStackResourcesResult>
    <StackResourceSummaries>${resources.map(([id, type, physical]) => `<member><LogicalResourceId>${id}</LogicalResourceId>
      <PhysicalResourceId>${physical}</PhysicalResourceId><ResourceType>${type}</ResourceType>
      <ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-11-25T08:00:00Z</LastUpdatedTimestamp>
    </member>`).join('')}</StackResourceSummaries></ListStackResourcesResult>
    <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></ListStackResourcesResponse>`;
