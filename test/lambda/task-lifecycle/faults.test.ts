import { explain, type FaultKind, faultKind } from '../../../lambda/task-lifecycle/faults';

const fault = (name: string, more: object = {}): Error => Object.assign(new Error('so it is'), { name, ...more });

test.each<[string, FaultKind]>([
  ['InvalidResourceStateFault', 'again'],
  ['ThrottlingException', 'again'],
  ['Throttling', 'again'],
  ['TooManyRequestsException', 'again'],
  ['KMSThrottlingFault', 'again'],
  ['TimeoutError', 'again'],
  ['ECONNRESET', 'again'],
  ['ServiceUnavailable', 'again'],
  ['InternalFailure', 'again'],
  ['InsufficientResourceCapacityFault', 'again'],
  ['ResourceNotFoundFault', 'gone'],
  ['AccessDeniedFault', 'denied'],
  ['AccessDeniedException', 'denied'],
  ['KMSAccessDeniedFault', 'denied'],
  ['KMSDisabledFault', 'fatal'],
  ['KMSInvalidStateFault', 'fatal'],
  ['KMSKeyNotAccessibleFault', 'fatal'],
  ['KMSNotFoundFault', 'fatal'],
  ['ResourceQuotaExceededFault', 'fatal'],
  ['InvalidParameterCombinationException', 'fatal'],
  ['SomethingNewFault', 'fatal'],
])('%s: %s', (name, kind) => {
  expect(faultKind(fault(name))).toBe(kind);
});

test('an error of the network has a code', () => {
  expect(faultKind(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }))).toBe('again');
  expect(faultKind(new Error('a mistake'))).toBe('fatal');
});

test('a fault without a known name passes if the service is to blame', () => {
  expect(faultKind(fault('SomethingNewFault', { $metadata: { httpStatusCode: 503 } }))).toBe('again');
  expect(faultKind(fault('SomethingNewFault', { $metadata: { httpStatusCode: 400 } }))).toBe('fatal');
  expect(faultKind('not an error')).toBe('fatal');
});

test('a fault is explained with what to do about it', () => {
  expect(explain(fault('KMSDisabledFault'))).toBe('KMSDisabledFault: so it is; enable the key');
  expect(explain(fault('SomethingNewFault'))).toBe('SomethingNewFault: so it is');
});
