import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { pathToFileURL } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--remote-debugging-pipe',
];

/** Chromium's program on the `PATH`; `undefined` where there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((program) => existsSync(program));
}

export interface View {
  /** In CSS pixels. */
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A headless Chromium, spoken to over a pipe: no port, no driver. */
export class Chromium {
  /** What went wrong in the pages: failed requests, refused scripts, exceptions. */
  public readonly complaints: unknown[] = [];
  private readonly waiting = new Map<number, Waiting>();
  private readonly input: NodeJS.WritableStream;
  private readonly exited: Promise<void>;
  private session: string | undefined;
  private lastId = 0;
  private loaded: () => void = () => undefined;

  private constructor(private readonly child: ChildProcess) {
    this.input = child.stdio[3] as Duplex;
    let unread = '';
    (child.stdio[4] as Duplex).setEncoding('utf8').on('data', (text: string) => {
      const messages = (unread + text).split('\0');
      unread = messages.pop()!;
      messages.forEach((message) => this.receive(JSON.parse(message) as Reply));
    });
    // Its helper processes hold stderr too, and write into the profile: `close` comes when the last of them has ended.
    child.stderr?.resume();
    this.exited = new Promise((resolve) => child.once('close', () => resolve()).once('error', () => resolve()));
    void this.exited.then(() => {
      this.waiting.forEach(({ reject }) => reject(new Error(`Chromium ended with code ${child.exitCode}`)));
    });
  }

  /** @param profile an empty folder; the caller removes it */
  public static async start(program: string, profile: string): Promise<Chromium> {
    const child = spawn(program, [...FLAGS, `--user-data-dir=${profile}`], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    const chromium = new Chromium(child);
    try {
      const { targetId } = await chromium.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
      const attach = { targetId, flatten: true };
      const { sessionId } = await chromium.send<{ sessionId: string }>('Target.attachToTarget', attach);
      chromium.session = sessionId;
      for (const domain of ['Page', 'Log', 'Runtime']) await chromium.send(`${domain}.enable`);
      return chromium;
    } catch (error) {
      await chromium.close();
      throw error;
    }
  }

  public async open(file: string, { width, scheme }: View): Promise<void> {
    const metrics = { width, height: 900, deviceScaleFactor: 1, mobile: false };
    await this.send('Emulation.setDeviceMetricsOverride', metrics);
    await this.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    const loaded = new Promise<void>((resolve) => (this.loaded = resolve));
    await this.send('Page.navigate', { url: pathToFileURL(file).href });
    await loaded;
  }

  /** The value of an expression in the page, which must be one that JSON has. */
  public async evaluate<T>(expression: string): Promise<T> {
    const options = { expression, returnByValue: true };
    const { result, exceptionDetails } = await this.send<{ result: { value: T }; exceptionDetails?: unknown }>(
      'Runtime.evaluate', options,
    );
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  }

  public async close(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.exited;
  }

  private send<T>(method: string, params: object = {}): Promise<T> {
    const id = ++this.lastId;
    return new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.input.write(`${JSON.stringify({ id, method, params, sessionId: this.session })}\0`);
    }) as Promise<T>;
  }

  private receive({ id, method, params, result, error }: Reply): void {
    if (id !== undefined) {
      if (error === undefined) this.waiting.get(id)?.resolve(result);
      else this.waiting.get(id)?.reject(new Error(error.message));
      this.waiting.delete(id);
    }
    if (method === 'Page.loadEventFired') this.loaded();
    if (['Log.entryAdded', 'Runtime.exceptionThrown', 'Runtime.consoleAPICalled'].includes(method ?? '')) {
      this.complaints.push(params);
    }
  }
}
