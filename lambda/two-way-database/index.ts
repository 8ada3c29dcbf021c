import type { SwitchRun } from '../../lib/two-way/switch/switch-run';
import { CONFIGURATION_VARIABLE, type TwoWayConfiguration } from '../../lib/two-way/two-way-api';
import { LONGEST_MESSAGE } from '../plain-words';
import { explain } from '../source-preparation/faults';
import { surroundings } from '../surroundings';
import { openSite } from './open-site';
import type { DatabaseContext } from './site-database';
import { databaseSteps, type DatabaseStep } from './steps';

/** What the state machine asks for. */
export interface StepEvent {
  readonly step: string;
  readonly run: SwitchRun;
}

/** What CloudFormation asks of the preparation, as CDK's provider framework passes it on. */
export interface PrepareEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
}

/** Does one step of a switch. An error keeps its name, by which the state machine chooses the next step. */
export function onStep({ step, run }: StepEvent): Promise<SwitchRun> {
  return withNames(async () => {
    const known = new Map<string, DatabaseStep>(Object.entries(databaseSteps));
    const perform = known.get(step);
    if (perform === undefined) throw new Error(`'${step}' is not a step of this function: it does ${[...known.keys()].join(', ')}`);
    return perform(run, contextOf(configurationOf()));
  });
}

/**
 * Prepares both sites: at first, when a deployment changes what the functions are told, and when somebody invokes it
 * because there are new tables, which get their fence then. What is there already stays, above all the row of a fence,
 * since by then a switch may have gone to the other site.
 *
 * A deletion takes nothing away. Without its fence the site that is not written to would be open to every client that
 * has missed a switch, at the very moment when nobody replicates any more; `dms two-way --print-tear-down` prints what
 * takes it away for whoever knows that there are no such clients.
 */
export function onPrepare(event: PrepareEvent): Promise<{ readonly PhysicalResourceId: string }> {
  return withNames(async () => {
    const answer = { PhysicalResourceId: event.PhysicalResourceId ?? event.LogicalResourceId };
    if (event.RequestType === 'Delete') return answer;
    const configuration = configurationOf();
    const [active, passive] = configuration.sites;
    // The side that is written to comes last: while anything fails, it is as it was.
    for (const [site, role] of [[passive, 'passive'], [active, 'active']] as const) {
      const database = await openSite(site.name, configuration);
      try {
        await database.prepare(role);
      } finally {
        await database.close();
      }
    }
    return answer;
  });
}

function contextOf(configuration: TwoWayConfiguration): DatabaseContext {
  return {
    configuration,
    open: (site) => openSite(site, configuration),
    now: () => new Date(surroundings.now()),
    log: (text) => surroundings.log({ note: text }),
  };
}

function configurationOf(): TwoWayConfiguration {
  const text = process.env[CONFIGURATION_VARIABLE];
  if (text === undefined) throw new Error(`the environment variable ${CONFIGURATION_VARIABLE} is not set: it holds the configuration`);
  return JSON.parse(text) as TwoWayConfiguration;
}

/** Drivers and the SDK name their errors by codes: those are put into words. */
async function withNames<T>(handle: () => Promise<T>): Promise<T> {
  try {
    return await handle();
  } catch (error) {
    const { code, name, message: text } = error as { code?: string; name: string; message: string };
    const message = code === undefined ? text : explain(error);
    surroundings.log({ failure: message, name });
    const failure = new Error(message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message, { cause: error });
    failure.name = name === 'error' ? 'Error' : name;
    throw failure;
  }
}
