import { retriesAfter, secondsBetween } from './switch/next-step';
import {
  type Branch, type Destination, FINAL_ERRORS, FIRST_STEP, type SwitchStep,
} from './switch/switch-steps';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type State = Readonly<Record<string, Json>>;
type States = Readonly<Record<string, State>>;

export interface SwitchDefinitionOptions {
  /** What the tasks invoke. */
  readonly controlFunctionArn: string;
  readonly databaseFunctionArn: string;
  /** How long a task may take, in seconds: longer than its function, which then cannot act after it was given up. */
  readonly taskSeconds: number;
  /** Absent: nobody is asked. */
  readonly approval?: ApprovalOptions;
  /** What an execution takes at most, besides waiting for an approval, in seconds. */
  readonly totalSeconds: number;
}

export interface ApprovalOptions {
  readonly topicArn: string;
  /** `aws`, or the partition of another part of the world. */
  readonly partition: string;
  readonly seconds: number;
}

/** The state machine of the switch, in the Amazon States Language. */
export function renderSwitchDefinition(
  steps: Readonly<Record<string, SwitchStep>>, options: SwitchDefinitionOptions,
): { readonly [key: string]: Json } {
  const tasks = Object.entries(steps)
    .filter(([, { by }]) => by !== 'approval' || options.approval !== undefined)
    .map(([name, step]) => renderStep(name, step, options));
  return {
    Comment: 'Switches applications from one site of a two-way replication to the other. '
      + 'Input: {"action": "switch" | "complete" | "recover", "to"?, "from"?, "dryRun"?, "pauseLimitSeconds"?}',
    StartAt: FIRST_STEP,
    TimeoutSeconds: options.totalSeconds + (options.approval?.seconds ?? 0),
    States: Object.assign({}, ...tasks, ENDS) as States,
  };
}

/** The states of one step: the task, and what JSONPath needs a state of its own for. */
function renderStep(name: string, step: SwitchStep, options: SwitchDefinitionOptions): States {
  const branches: readonly Branch[] = typeof step.next === 'string' ? [{ to: step.next }] : step.next
    .filter(({ to }) => to !== APPROVAL || options.approval !== undefined);
  // From the last state to the task: each leads to the one that was rendered before it.
  const states: [string, State][] = [];
  let then = lastOf(branches).to;
  const before = (suffix: string, state: (then: string) => State) => {
    states.push([`${name}${suffix}`, state(then)]);
    then = `${name}${suffix}`;
  };
  then = endOr(then);
  if (branches.length > 1) before('Next', () => renderBranches(branches));
  if (step.polls === true) before('Done', (next) => renderPoll(name, next));
  for (const [key, value] of Object.entries<Json>({ ...step.sets })) {
    before(`Sets${key[0]?.toUpperCase()}${key.slice(1)}`, (next) => ({
      Type: 'Pass', Result: value, ResultPath: `$.${key}`, Next: next,
    }));
  }
  return {
    [name]: { ...renderTask(name, step, options), Catch: renderCatches(step), Next: then },
    ...Object.fromEntries(states.reverse()),
    ...(step.polls === true ? renderWaits(name, step) : {}),
  };
}

function renderTask(name: string, step: SwitchStep, options: SwitchDefinitionOptions): State {
  if (step.by === 'approval') return renderApproval(options);
  return {
    Type: 'Task',
    Comment: step.by === 'control' ? 'Asks the site map and DMS' : 'Asks the databases',
    Resource: step.by === 'control' ? options.controlFunctionArn : options.databaseFunctionArn,
    // Everything that is known so far, and the name of the execution, which names the run.
    Parameters: { step: name, 'run.$': '$', 'id.$': '$$.Execution.Name' },
    TimeoutSeconds: options.taskSeconds,
    ...renderRetries(step),
  };
}

function renderRetries(step: SwitchStep): { readonly Retry?: Json } {
  const attempts = retriesAfter(step, 'States.ALL');
  if (attempts === 0) return {};
  return {
    Retry: [
      { ErrorEquals: FINAL_ERRORS, MaxAttempts: 0 },
      { ErrorEquals: ['States.ALL'], IntervalSeconds: secondsBetween(step), BackoffRate: 1, MaxAttempts: attempts },
    ],
  };
}

function renderCatches(step: SwitchStep): Json {
  const named = Object.entries(step.onErrorNamed ?? {});
  return [...named, ['States.ALL', step.onError] as const].map(([name, to]) => ({
    ErrorEquals: [name], ResultPath: '$.failure', Next: endOr(to),
  }));
}

function renderPoll(name: string, next: string): State {
  return {
    Type: 'Choice',
    Choices: [
      { ...isTrue('done', true), Next: next },
      { Variable: '$.pauseLimitSeconds', NumericGreaterThan: LONG_PAUSE_SECONDS, Next: `${name}WaitLonger` },
    ],
    Default: `${name}Wait`,
  };
}

function renderWaits(name: string, step: SwitchStep): States {
  const seconds = secondsBetween(step);
  return {
    [`${name}Wait`]: { Type: 'Wait', Seconds: seconds, Next: name },
    [`${name}WaitLonger`]: { Type: 'Wait', Seconds: seconds + LONGER_BY_SECONDS, Next: name },
  };
}

/** Who may wait longer than this is asked less often: the history of an execution ends at 25,000 events. */
const LONG_PAUSE_SECONDS = 900;
const LONGER_BY_SECONDS = 4;

function renderBranches(branches: readonly Branch[]): State {
  return {
    Type: 'Choice',
    Choices: branches.flatMap(({ when, to }) => (
      when === undefined ? [] : [{ ...isTrue(when.field, when.is), Next: endOr(to) }]
    )),
    Default: endOr(lastOf(branches).to),
  };
}

/** A field that is not there has no value: Step Functions would end the execution instead. */
function isTrue(field: string, is: string | boolean): { readonly And: Json } {
  const Variable = `$.${field}`;
  return {
    And: [
      { Variable, IsPresent: true },
      typeof is === 'string' ? { Variable, StringEquals: is } : { Variable, BooleanEquals: is },
    ],
  };
}

const APPROVAL = 'Approve';

function renderApproval({ approval }: SwitchDefinitionOptions): State {
  if (approval === undefined) throw new Error('An approval without a topic cannot be rendered');
  return {
    Type: 'Task',
    Comment: 'Waits until somebody agrees; nothing has changed yet, and applications go on writing',
    Resource: `arn:${approval.partition}:states:::sns:publish.waitForTaskToken`,
    Parameters: {
      TopicArn: approval.topicArn,
      Subject: 'A switch of a two-way replication waits for approval',
      'Message.$': format(APPROVAL_TEXT(approval.seconds),
        '$.from', '$.to', '$.pauseLimitSeconds', '$$.Execution.Id', '$$.Task.Token', '$$.Task.Token'),
    },
    TimeoutSeconds: approval.seconds,
    // What the answer says besides yes is nobody's business here.
    ResultPath: null,
  };
}

const APPROVAL_TEXT = (seconds: number): string => `The switch from {} to {} is ready: every gate holds.

Once approved, the gates are looked at again. Then nobody can write for some seconds, {} at most, and after that
applications write to the other site. Execution: {}

To approve:
aws stepfunctions send-task-success --task-output "{{}}" --task-token "{}"

To refuse:
aws stepfunctions send-task-failure --error NotApproved --cause "say why" --task-token "{}"

Without an answer within ${Math.round(seconds / 60)} minutes nothing is switched.`;

/** `States.Format` with a text in which `{}` is a value and `{{}}` stands for itself. */
function format(text: string, ...values: readonly string[]): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('{{}}', '\\{\\}');
  return `States.Format('${escaped}', ${values.join(', ')})`;
}

/**
 * The ends. An execution succeeds when what was asked for has happened, and fails otherwise, though everything is in
 * order after `Refused` and `RolledBack`: a pipeline that waits for a switch must not go on as if the other site were
 * written to. The error tells them apart for alarms: only after `Failed` somebody has to act. A recovery has done what
 * it was asked for when the old side is writable again, too.
 */
const ENDS: States = {
  ...succeed('Completed', 'CompletedOutcome'),
  ...succeed('Planned', 'PlannedOutcome'),
  RefusedOutcome: {
    Type: 'Choice', Choices: [{ Variable: '$.failure', IsPresent: true, Next: 'Refused' }], Default: 'RefusedByGates',
  },
  // All of them, as JSON: an execution that fails has no output, and whoever followed it wants to see what held, too.
  RefusedByGates: {
    Type: 'Pass', ResultPath: '$.failure', Next: 'Refused',
    Parameters: { Error: 'GateDoesNotHold', 'Cause.$': 'States.JsonToString($.gates)' },
  },
  ...fail('Refused', 'Nothing has changed: the site that was written to still is'),
  RolledBackOutcome: {
    Type: 'Choice',
    Choices: [
      { ...isTrue('action', 'recover'), Next: 'RolledBackByRecovery' },
      { Variable: '$.failure', IsPresent: true, Next: 'RolledBack' },
    ],
    Default: 'RolledBackByRecovery',
  },
  ...succeed('RecoveryRolledBack', 'RolledBackByRecovery', 'RolledBack'),
  ...fail('RolledBack', 'The site that was written to before is writable again'),
  ...fail('Failed', 'The switch has stopped in the middle: look at why, then start the action recover'),
};

/** The state that leads to an outcome; other names are steps. */
function endOr(destination: Destination): string {
  const entry = `${destination}Outcome`;
  return entry in ENDS ? entry : destination;
}

function succeed(name: string, entry: string, outcome = name): States {
  return {
    [entry]: { Type: 'Pass', Result: outcome, ResultPath: '$.outcome', Next: name },
    [name]: { Type: 'Succeed' },
  };
}

function fail(outcome: string, comment: string): States {
  return { [outcome]: { Type: 'Fail', Comment: comment, Error: outcome, CausePath: '$.failure.Cause' } };
}

function lastOf(branches: readonly Branch[]): Branch {
  const last = branches.at(-1);
  if (last === undefined || last.when !== undefined) throw new Error('The last branch of a step has to have no condition');
  return last;
}
