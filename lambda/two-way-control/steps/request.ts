import type { SwitchAction } from '../../../lib/two-way/switch/switch-run';
import type { TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { SwitchRefused } from './errors';

/** What a switch is asked for: the run that `Plan` is given, of which it fills in the rest. */
export interface SwitchRequest {
  /** On AWS the name of the execution: it stays the same when a step is tried again. */
  readonly id: string;
  readonly action: SwitchAction;
  /** When given, it has to be the site that is written to: who read the map a while ago is told that it has changed. */
  readonly from?: string;
  /** @default the other site */
  readonly to?: string;
  /** @default false */
  readonly dryRun?: boolean;
  /** @default that of the configuration */
  readonly pauseLimitSeconds?: number;
  /** `recover` only: the run that was interrupted. When the map names another one by now, nothing is done. */
  readonly of?: string;
}

const ACTIONS: readonly string[] = ['switch', 'complete', 'recover'] satisfies readonly SwitchAction[];

/** A pause longer than this is not a switch any more. */
const LONGEST_PAUSE_SECONDS = 3600;

/** Checks what can be checked without the map. It comes from people, so its types are not believed. */
export function checkRequest(request: SwitchRequest, { sites }: TwoWayConfiguration): void {
  const given: Partial<Record<keyof SwitchRequest, unknown>> = request;
  const { id, action, from, to, dryRun, pauseLimitSeconds, of } = given;
  const names = sites.map(({ name }) => name);
  if (typeof id !== 'string' || !/^[\w-]{1,80}$/.test(id)) {
    refuse('id', id, 'one that no other switch has, of 1 to 80 letters, digits, - and _');
  }
  if (!ACTIONS.includes(action as string)) refuse('action', action, ACTIONS.join(', '));
  for (const [key, value] of Object.entries({ from, to })) {
    if (value !== undefined && !names.includes(value as string)) refuse(key, value, names.join(', '));
  }
  if (dryRun !== undefined && typeof dryRun !== 'boolean') refuse('dryRun', dryRun, 'true, false');
  if (action === 'recover' && dryRun === true) {
    throw new SwitchRefused('a recovery has no dry run: look at the status, which changes nothing');
  }
  if (of !== undefined && action !== 'recover') {
    throw new SwitchRefused(`of is ${JSON.stringify(of)}: only a recovery is of another run, leave it out`);
  }
  const limit = pauseLimitSeconds;
  if (limit !== undefined && !(typeof limit === 'number' && limit >= 1 && limit <= LONGEST_PAUSE_SECONDS)) {
    refuse('pauseLimitSeconds', limit, `1 to ${LONGEST_PAUSE_SECONDS}`);
  }
}

function refuse(key: string, given: unknown, allowed: string): never {
  throw new SwitchRefused(`${key} is ${JSON.stringify(given) ?? 'missing'}; allowed: ${allowed}`);
}
