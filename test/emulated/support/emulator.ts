import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where stacks are deployed; the example has a region of its own. */
export const REGIONS = ['us-east-1', 'eu-west-1'];
export const REGION = 'us-east-1';
export const ACCOUNT = '123456789012';

const HERE = join(__dirname, '..');
const START_MILLISECONDS = 120_000;
const END_MILLISECONDS = 5_000;

/** A call of an AWS API, as the emulator logged it. */
export interface Call {
  readonly number: number;
  readonly caller: { readonly kind: string; readonly function: string; readonly role: string };
  readonly region: string;
  readonly service: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly error: string;
  readonly injected: boolean;
}

/** What the next calls of an action get, from functions only. Without a code there is no answer at all. */
export interface Fault {
  readonly service: string;
  readonly action: string;
  readonly skip?: number;
  readonly times?: number;
  readonly code?: string;
  readonly message?: string;
  readonly status?: number;
  /** Only while a stack is in this state. */
  readonly during?: string;
}

/** A resource that a stack has, or left behind. */
export interface Remain {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly id: string;
  readonly status: string;
}

export interface RolePolicies {
  readonly policies: readonly PolicyDocument[];
  readonly trust: PolicyDocument;
}

export interface PolicyDocument {
  readonly Statement: readonly Statement[] | Statement;
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** How a client of the SDK finds the emulator, as a user. */
export interface ClientSettings {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** An emulated AWS account: a process of its own, on a free port. */
export class Emulator {
  /** Starts one with a folder for its files, which also is the home of whoever works with it. */
  public static async start(folder: string): Promise<Emulator> {
    const python = process.env['EMULATED_PYTHON'];
    if (python === undefined) throw new Error('EMULATED_PYTHON is not set: start these tests with npm run test:emulated');
    const home = join(folder, 'home');
    mkdirSync(home, { recursive: true });
    const child = spawn(python, [
      '-m', 'emulator',
      '--node', process.execPath,
      '--node-modules', join(HERE, '..', '..', 'node_modules'),
      '--folder', folder,
      '--regions', REGIONS.join(','),
    ], {
      cwd: HERE,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: home, PYTHONDONTWRITEBYTECODE: '1' },
    });
    const errors: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors.push(text);
      errors.splice(0, errors.length - 200);
    });
    const emulator = new Emulator(child, home, errors);
    try {
      emulator.port = await emulator.firstLine();
      return emulator;
    } catch (error) {
      await emulator.stop();
      throw error;
    }
  }

  private port = 0;

  private constructor(
    private readonly child: ChildProcess, public readonly home: string, private readonly errors: readonly string[],
  ) {}

  /** `localhost` by name: the SDKs write buckets into the path for it. */
  public get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** What a client of the SDK is made with. */
  public client(region: string): ClientSettings {
    return { region, endpoint: this.url, credentials: { accessKeyId: 'AKIAUSER', secretAccessKey: 'secret' } };
  }

  /** What the emulator complained of lately. */
  public get complaints(): string {
    return this.errors.join('');
  }

  /** The calls since one, by its number. */
  public calls(after = 0): Promise<Call[]> {
    return this.ask('GET', `calls?after=${after}`) as Promise<Call[]>;
  }

  /** The number of the last call. */
  public async lastCall(): Promise<number> {
    return (await this.calls()).at(-1)?.number ?? 0;
  }

  public async inject(fault: Fault): Promise<void> {
    await this.ask('POST', 'faults', fault);
  }

  /** Forgets all faults, and returns how many calls they would still have hit. */
  public async clearFaults(): Promise<number> {
    return (await this.ask('DELETE', 'faults') as { left: number }).left;
  }

  /** Lets a task take a state by itself. */
  public async setTask(arn: string, state: { status: string; stopReason?: string; failure?: string }): Promise<void> {
    await this.ask('POST', 'tasks', { region: arn.split(':')[3], arn, ...state });
  }

  /** Lets a serverless replication take a state by itself. */
  public async setReplication(
    arn: string, state: { status: string; stopReason?: string; failures?: string[] },
  ): Promise<void> {
    await this.ask('POST', 'replications', { region: arn.split(':')[3], arn, ...state });
  }

  /** Lets connections to an endpoint fail, or succeed again. */
  public async setReachable(arn: string, failure?: string): Promise<void> {
    await this.ask('POST', 'endpoints', { region: arn.split(':')[3], arn, failure });
  }

  public async createNetwork(network: {
    region: string; vpc: string; subnets: string[]; routeTables: string[]; securityGroups: string[];
  }): Promise<void> {
    await this.ask('POST', 'network', network);
  }

  public remains(): Promise<Remain[]> {
    return this.ask('GET', 'remains') as Promise<Remain[]>;
  }

  public policiesOf(role: string): Promise<RolePolicies> {
    return this.ask('GET', `policies?role=${encodeURIComponent(role)}`) as Promise<RolePolicies>;
  }

  /** Ends the process: it ends its functions when its input ends. */
  public async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => { this.child.once('exit', () => resolve()); });
    this.child.stdin?.end();
    const killer = setTimeout(() => this.child.kill('SIGKILL'), END_MILLISECONDS);
    await ended;
    clearTimeout(killer);
  }

  private async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}/_emulator/${path}`, {
      method, body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`the emulator answers ${response.status} to ${method} ${path}\n${this.complaints}`);
    return response.json();
  }

  /** The port, which is the first thing that the emulator says. */
  private firstLine(): Promise<number> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`the emulator ${why}\n${this.complaints}`));
      const limit = setTimeout(() => fail('did not start'), START_MILLISECONDS);
      this.child.once('error', (error) => fail(`cannot be started: ${error.message}`));
      this.child.once('exit', (code) => fail(`ended with ${code}`));
      if (this.child.stdout === null) return;
      createInterface({ input: this.child.stdout }).once('line', (line) => {
        clearTimeout(limit);
        resolve((JSON.parse(line) as { port: number }).port);
      });
    });
  }
}
