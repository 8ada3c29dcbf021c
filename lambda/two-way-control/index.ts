import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SwitchRun } from '../../lib/two-way/switch/switch-run';
import { CONFIGURATION_VARIABLE, type TwoWayConfiguration } from '../../lib/two-way/two-way-api';
import { inPlainWords } from '../plain-words';
import { surroundings } from '../surroundings';
import { CLIENT_SETTINGS } from '../task-lifecycle/client-settings';
import { explain } from '../task-lifecycle/faults';
import { begin, type BeginEvent } from './begin';
import { DmsLegs } from './dms-legs';
import { DynamoSiteMap } from './dynamo-site-map';
import type { ControlContext } from './ports';
import { controlSteps, type ControlStep, type ControlStepName } from './steps';

const dynamo = new DynamoDBClient(CLIENT_SETTINGS);

/** What a task state of the state machine asks. */
export interface StepEvent {
  readonly step: ControlStepName;
  readonly run: SwitchRun;
  /** The name of the execution: the id of a run that was begun without one. */
  readonly id?: string;
}

/** One function for both, so that one role has what the switch needs of DMS and of the map. */
export function handler(event: StepEvent | BeginEvent): Promise<object> {
  return 'RequestType' in event ? onBegin(event) : onStep(event);
}

/** Runs a step. Its errors go out under their names: the state machine decides by them. */
export async function onStep({ step, run, id }: StepEvent): Promise<SwitchRun> {
  if (!Object.hasOwn(controlSteps, step)) {
    throw new Error(`${JSON.stringify(step)} is not a step of this function; it has ${Object.keys(controlSteps).join(', ')}`);
  }
  const perform: ControlStep = controlSteps[step];
  try {
    const after = await perform(id === undefined ? run : { ...run, id: run.id ?? id }, context());
    surroundings.log({ step, run: after });
    return after;
  } catch (error) {
    surroundings.log({ step, run, failure: explain(error) });
    throw error;
  }
}

/** Begins the site map for CloudFormation. */
export function onBegin(event: BeginEvent): Promise<{ PhysicalResourceId: string }> {
  return inPlainWords(() => {
    const tableName = tableOf(configuration());
    return begin(event, new DynamoSiteMap(dynamo, tableName), tableName, new Date(surroundings.now()));
  }, (error) => (error instanceof Error && error.name === 'Error' ? error.message : String(error)));
}

function context(): ControlContext {
  const settings = configuration();
  const now = (): Date => new Date(surroundings.now());
  const log = (text: string): void => surroundings.log({ text });
  return {
    configuration: settings, now, log,
    map: new DynamoSiteMap(dynamo, tableOf(settings)),
    legs: legsOf(settings, now, log),
  };
}

let legs: DmsLegs | undefined;

/** Kept while the function is: it remembers what does not change. */
const legsOf = (...settings: ConstructorParameters<typeof DmsLegs>): DmsLegs => (legs ??= new DmsLegs(...settings));

function configuration(): TwoWayConfiguration {
  const text = process.env[CONFIGURATION_VARIABLE];
  if (text === undefined) throw new Error(`the environment variable ${CONFIGURATION_VARIABLE} is not set`);
  return JSON.parse(text) as TwoWayConfiguration;
}

function tableOf({ aws }: TwoWayConfiguration): string {
  if (aws === undefined) throw new Error('the configuration has no table: it is one for a local replication');
  return aws.tableName;
}
