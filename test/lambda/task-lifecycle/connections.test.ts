import { type ConnectionView, connectionStep } from '../../../lambda/task-lifecycle/connections';

const ENDPOINTS = ['source', 'target'];
const connections = (...statuses: (string | undefined)[]): ConnectionView[] => statuses.flatMap((status, index) =>
  (status === undefined ? [] : [{ endpointArn: ENDPOINTS[index] ?? '', status, failure: `${status} it is` }]));

test.each<[string, (string | undefined)[], object]>([
  ['both passed', ['successful', 'successful'], { do: 'go' }],
  ['one is being tested', ['successful', 'testing'], { do: 'wait' }],
  ['one is in a state that nobody knows', ['successful', 'deleting'], { do: 'wait' }],
  ['none was ever tested', [undefined, undefined], { do: 'test', endpointArns: ['source', 'target'] }],
  ['one was never tested', ['testing', undefined], { do: 'test', endpointArns: ['target'] }],
  ['one failed', ['failed', 'successful'], { do: 'test', endpointArns: ['source'] }],
])('early on, %s', (_, statuses, step) => {
  expect(connectionStep(ENDPOINTS, connections(...statuses), 119)).toEqual(step);
});

test('later on, a failed test is final and says why', () => {
  expect(connectionStep(ENDPOINTS, connections('failed', 'failed'), 120)).toEqual({
    do: 'fail',
    message: 'the replication instance cannot connect to source: failed it is; target: failed it is',
  });
  expect(connectionStep(ENDPOINTS, [{ endpointArn: 'target', status: 'failed' }], 120)).toEqual({
    do: 'fail',
    message: 'the replication instance cannot connect to target: DMS does not say why',
  });
});
