import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Gate } from '../../../lib/two-way/switch/switch-run';
import type { GateLimits, SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import type { PreparableSite, Role } from '../prepare';
import { FenceLapsed, type FenceState, type SiteDatabase, SiteNotReached, SitePassedOn, StaleEpoch, WritersRemain } from '../site-database';

/**
 * A site whose database no driver here speaks to. A function of the user's own does: it is given
 * `{ operation, site, configuration, arguments }` and answers what the method of `SiteDatabase` of that name does, as
 * JSON. Maps of sequences are objects from names to decimal numbers as text. An error has the name that the method has.
 */
export type RemoteOperation = 'fenceState' | 'fence' | 'keepFence' | 'passOn' | 'decide' | 'open' | 'reopen' | 'writeMarker'
  | 'readMarker' | 'capturePosition' | 'dropPosition' | 'raiseSequences' | 'sequences' | 'armTriggers' | 'disarmTriggers'
  | 'gates' | 'prepare';

export interface RemoteCall {
  readonly operation: RemoteOperation;
  readonly site: SiteConfiguration;
  readonly configuration: TwoWayConfiguration;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Calls the function. @throws what the function has thrown, by its name */
export type Invoke = (call: RemoteCall) => Promise<unknown>;

/** Errors of the function that the switch tells apart. */
const NAMED = { SiteNotReached, WritersRemain, FenceLapsed, StaleEpoch, SitePassedOn };

/** @throws when the site has no function: the message says what to run by hand instead */
export function openRemoteSite(site: SiteConfiguration, configuration: TwoWayConfiguration): RemoteSite {
  const { functionArn } = site;
  if (functionArn === undefined) {
    throw new Error(`site ${site.name} is of ${site.engine}, which nothing here can log in to: print its statements with \`dms two-way\` and run them `
      + 'yourself, or give the site a functionArn, a function of your own that runs them');
  }
  const client = new LambdaClient({ maxAttempts: 1 });
  return new RemoteSite(site, configuration, async (call) => {
    const { FunctionError: failed, Payload: payload } = await client.send(new InvokeCommand({
      FunctionName: functionArn, Payload: JSON.stringify(call),
    }));
    const text = payload === undefined ? '' : Buffer.from(payload).toString('utf8');
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    if (failed !== undefined) throw errorOf(site, answer);
    return answer;
  });
}

function errorOf(site: SiteConfiguration, answer: unknown): Error {
  const { errorType, errorMessage } = (answer ?? {}) as { errorType?: string; errorMessage?: string };
  const message = `the function of site ${site.name}: ${errorMessage ?? 'no message'}`;
  const Known = Object.entries(NAMED).find(([name]) => name === errorType)?.[1];
  return Known === undefined ? new Error(message) : new Known(message);
}

/** A site behind a function. */
export class RemoteSite implements SiteDatabase, PreparableSite {
  public constructor(
    public readonly site: SiteConfiguration,
    private readonly configuration: TwoWayConfiguration,
    private readonly invoke: Invoke,
  ) {}

  public fenceState(): Promise<FenceState> {
    return this.call('fenceState');
  }

  public fence(epoch: number, limitSeconds: number): Promise<FenceState> {
    return this.call('fence', { epoch, limitSeconds });
  }

  public async keepFence(epoch: number): Promise<void> {
    await this.call('keepFence', { epoch });
  }

  public async passOn(epoch: number): Promise<void> {
    await this.call('passOn', { epoch });
  }

  public async decide(epoch: number): Promise<'forward' | 'back'> {
    const decision = await this.call<unknown>('decide', { epoch });
    if (decision === 'forward' || decision === 'back') return decision;
    throw new Error(`the function of site ${this.site.name} has decided ${JSON.stringify(decision)}: it has to be "forward" or "back"`);
  }

  public async open(epoch: number): Promise<void> {
    await this.call('open', { epoch });
  }

  public async reopen(epoch: number): Promise<void> {
    await this.call('reopen', { epoch });
  }

  /** A function holds nothing between two calls. The steps that follow are each guarded by the epoch themselves. */
  public async holding(epoch: number, work: () => Promise<void>): Promise<void> {
    const state = await this.fenceState();
    if (state.epoch !== epoch) throw new StaleEpoch(`site ${this.site.name} is in epoch ${state.epoch}, not in ${epoch}`);
    await work();
  }

  public async writeMarker(marker: string, epoch: number): Promise<void> {
    await this.call('writeMarker', { marker, epoch });
  }

  public async readMarker(site: string): Promise<string | undefined> {
    return await this.call<string | null | undefined>('readMarker', { site }) ?? undefined;
  }

  public capturePosition(epoch: number): Promise<{ readonly position: string; readonly createdSlot: boolean }> {
    return this.call('capturePosition', { epoch });
  }

  public async dropPosition(): Promise<void> {
    await this.call('dropPosition');
  }

  public async raiseSequences(other: SiteDatabase, epoch: number): Promise<void> {
    const taken = Object.fromEntries([...await other.sequences()].map(([name, last]) => [name, last.toString()]));
    await this.call('raiseSequences', { taken, epoch });
  }

  public async sequences(): Promise<ReadonlyMap<string, bigint>> {
    const last = await this.call<Record<string, string>>('sequences');
    return new Map(Object.entries(last).map(([name, number]) => [name, BigInt(number)]));
  }

  public async armTriggers(): Promise<void> {
    await this.call('armTriggers');
  }

  public async disarmTriggers(): Promise<void> {
    await this.call('disarmTriggers');
  }

  public gates(role: 'from' | 'to', limits: GateLimits): Promise<readonly Gate[]> {
    return this.call('gates', { role, limits });
  }

  public async prepare(role: Role): Promise<void> {
    await this.call('prepare', { role });
  }

  public close(): Promise<void> {
    return Promise.resolve();
  }

  private async call<T>(operation: RemoteOperation, values: Readonly<Record<string, unknown>> = {}): Promise<T> {
    return await this.invoke({ operation, site: this.site, configuration: this.configuration, arguments: values }) as T;
  }
}
