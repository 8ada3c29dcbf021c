import validate from 'asl-validator';
import { renderSwitchDefinition } from '../../../lib/two-way/switch-definition';
import { FIRST_STEP, OUTCOMES, SWITCH_STEPS, type SwitchStep } from '../../../lib/two-way/switch/switch-steps';
import { DEFINITION_OPTIONS, execute } from '../../support/local-state-machine';
import { type Edge, edgesOf, pathOver, type Script, scriptAlong, scripted } from '../../support/switch-script';

const STEPS: Readonly<Record<string, SwitchStep>> = SWITCH_STEPS;
const EDGES = edgesOf(STEPS);
const REQUEST = { action: 'switch', from: 'SITEA', to: 'SITEB', pauseLimitSeconds: 60, gates: [] };
const GATE = { id: 'lag', holds: false, reason: 'leg SITEA → SITEB is 90 s behind' };

type States = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function definition(options: Parameters<typeof renderSwitchDefinition>[1] = DEFINITION_OPTIONS): {
  readonly States: States; readonly TimeoutSeconds: number;
} {
  return JSON.parse(JSON.stringify(renderSwitchDefinition(STEPS, options))) as ReturnType<typeof definition>;
}

const run = (script: Script, request: object = REQUEST): ReturnType<typeof execute> =>
  execute(STEPS, request, scripted(script, []));

describe('a path through the states', () => {
  const taken = new Set<string>();
  const nameOf = ({ from, to, by }: Edge): string => `${from} → ${to} by ${JSON.stringify(by)}`;

  test.each(EDGES.map((edge) => [nameOf(edge), edge] as const))('%s', async (name, edge) => {
    const path = pathOver(edge, EDGES, FIRST_STEP);
    const { states, outcome } = await run(scriptAlong(path, STEPS));
    const steps = states.filter((state) => state in STEPS);
    expect(steps.slice(0, path.length)).toEqual(path.map(({ from }) => from));
    expect(steps.at(path.length) ?? outcome).toBe(edge.to);
    expect(OUTCOMES).toContain(outcome);
    taken.add(name);
  });

  test('is taken for every edge of the table', () => {
    expect([...taken].sort()).toEqual(EDGES.map(nameOf).sort());
    expect(EDGES.length).toBeGreaterThan(60);
  });
});

describe('the definition', () => {
  test.each([['with an approval', DEFINITION_OPTIONS], ['without', { ...DEFINITION_OPTIONS, approval: undefined }]])(
    'is valid %s', (_, options) => {
      expect(validate(definition(options), { checkArn: true, checkPaths: true }).errors).toEqual([]);
    });

  test('leaves the approval out when nobody is asked', () => {
    const { States, TimeoutSeconds } = definition({ ...DEFINITION_OPTIONS, approval: undefined });
    expect(Object.keys(States).filter((name) => name.startsWith('Approve'))).toEqual([]);
    expect(JSON.stringify(States)).not.toContain('"Approve');
    expect(TimeoutSeconds).toBe(6 * 3600);
    expect(definition().TimeoutSeconds).toBe(7 * 3600);
  });

  test('has a time limit and somewhere to go for every failure of every task', () => {
    const tasks = Object.entries(definition().States).filter(([, { Type }]) => Type === 'Task');
    expect(tasks.map(([name]) => name)).toEqual(Object.keys(STEPS));
    for (const [name, { TimeoutSeconds, Catch }] of tasks) {
      expect(TimeoutSeconds).toBe(name === 'Approve' ? 3600 : 75);
      expect((Catch as unknown[]).at(-1)).toMatchObject({ ErrorEquals: ['States.ALL'], ResultPath: '$.failure' });
    }
  });

  test('waits a second while nobody can write, and longer elsewhere', () => {
    const waits = Object.entries(definition().States).filter(([, { Type }]) => Type === 'Wait');
    const secondsOf = (suffix: string): object => Object.fromEntries(waits
      .flatMap(([name, { Seconds }]) => (name.endsWith(suffix) ? [[name.slice(0, -suffix.length), Seconds]] : [])));
    const short = {
      AwaitMarker: 1, Validate: 1, StopLeg: 1, StartReturnLeg: 1, AwaitProbe: 1,
      StopReturnLeg: 5, ResumeLeg: 5, EndReplication: 5,
    };
    expect(secondsOf('Wait')).toEqual(short);
    // With a limit above 15 minutes.
    expect(secondsOf('WaitLonger')).toEqual(Object.fromEntries(
      Object.entries(short).map(([name, seconds]) => [name, seconds + 4])));
  });

  test.each([[900, 1], [3600, 5]])(
    'leaves the history of the worst rollback below its limit with a pause of at most %i s', (pause, wait) => {
      // What an attempt and a look add: AWS counts the events of task, choice and wait.
      const [attempt, look] = [3, 9];
      const backwards = ['Decide', 'ReopenSite', 'ReopenMap', 'StopReturnLeg', 'HandBack', 'ResumeLeg', 'RecordRollback'];
      const attempts = backwards.reduce((sum, name) => sum + attempt * (STEPS[name]?.retries ?? 0), 0);
      // A leg is resumed for half an hour before that counts as failed. No call takes less than 50 milliseconds.
      const looks = look * (pause / (wait + 0.05) + 1800 / 5.05);
      const others = 6 * Object.keys(definition().States).length;
      expect(attempts + looks + others).toBeLessThan(25_000);
    });

  test('asks a person with all that the answer needs', () => {
    const { Parameters } = definition().States.Approve as { readonly Parameters: Record<string, string> };
    expect(Parameters.Subject?.length).toBeLessThan(100);
    expect(Parameters['Message.$']).toContain('aws stepfunctions send-task-success --task-output "\\{\\}" --task-token');
    expect(Parameters['Message.$']).toContain('$$.Task.Token, $$.Task.Token)');
  });
});

describe('an execution', () => {
  test('that completed succeeds, and says so', async () => {
    const { status, outcome, run: after } = await run({});
    expect({ status, outcome }).toEqual({ status: 'SUCCEEDED', outcome: 'Completed' });
    expect(after).toMatchObject({ ...REQUEST, lastStep: 'Record', id: 'run-1' });
  });

  test('whose gates do not hold fails with all of them and their reasons', async () => {
    const gates = [{ id: 'leg', holds: true, reason: 'leg SITEA → SITEB is running' }, GATE];
    const end = await run({ CheckDatabases: [{ adds: { gates, gatesHold: false } }] });
    expect(end).toMatchObject({
      status: 'FAILED', outcome: 'Refused', cause: JSON.stringify(gates),
      run: { failure: { Error: 'GateDoesNotHold' } },
    });
  });

  test('whose plan is refused fails with why, and releases nothing that is not its own', async () => {
    const { states, ...end } = await run({ Plan: [{ error: 'SwitchRefused' }] });
    expect(end).toMatchObject({ status: 'FAILED', outcome: 'Refused', cause: 'attempt 1 of Plan' });
    expect(states).toEqual(['Plan', 'RefusedOutcome', 'Refused']);
  });

  test('that was rolled back fails with why', async () => {
    const end = await run({ AwaitMarker: [{ error: 'PauseLimitExceeded' }] });
    expect(end).toMatchObject({ status: 'FAILED', outcome: 'RolledBack', cause: 'attempt 1 of AwaitMarker' });
  });

  test('that has recovered an interrupted switch succeeds, whichever side is open', async () => {
    const recover = { ...REQUEST, action: 'recover' };
    expect(await run({}, recover)).toMatchObject({ status: 'SUCCEEDED', outcome: 'RolledBack' });
    expect(await run({ Decide: [{ adds: { decision: 'forward' } }] }, recover))
      .toMatchObject({ status: 'SUCCEEDED', outcome: 'Completed' });
  });

  test('looks at the gates once more after an approval, and forgets what they said before', async () => {
    const script: Script = {
      CheckDatabases: [
        { adds: { gates: [{ ...GATE, holds: true }], gatesHold: true, needsApproval: true } },
        { adds: { gatesHold: false } },
      ],
    };
    const seen: unknown[] = [];
    const perform = scripted(script, []);
    const { outcome } = await execute(STEPS, REQUEST, (step, given) => {
      if (step === 'CheckReplication') seen.push(given.gates);
      return perform(step, given);
    });
    expect({ outcome, seen }).toEqual({ outcome: 'Refused', seen: [[], []] });
  });

  test('goes back at once when another one has taken over before anything was fenced', async () => {
    const { outcome } = await run({ CheckReplication: [{ error: 'RunSuperseded' }] });
    expect(outcome).toBe('Refused');
  });
});
