import {
  mayFence, mayKeep, mayOpen, mayPassOn, mayReopen, refuseOpened, whichWay,
} from '../../../lambda/two-way-database/fence-rules';
import type { FenceState } from '../../../lambda/two-way-database/site-database';

const SEEN = 7;
const NOW = '2026-11-25T12:00:00.000Z';
const state = (change: Partial<FenceState>): FenceState =>
  ({ writable: false, kept: false, epoch: SEEN, passedOn: false, now: NOW, ...change });

/** The states that a fence can be in, all of epoch 7. */
const STATES = {
  open: state({ writable: true }),
  fenced: state({ lapsesAt: '2026-11-25T12:00:09.000Z' }),
  lapsed: state({ writable: true, lapsesAt: '2026-11-25T11:59:59.000Z' }),
  kept: state({ kept: true }),
  passedOn: state({ kept: true, passedOn: true }),
};
const ORDER = ['open', 'fenced', 'lapsed', 'kept', 'passedOn'] as const;
const STALE = 'StaleEpoch';

/** What a rule says to a switch of an epoch: its answer, or the name of what it throws. */
type Rule = (site: string, of: FenceState, epoch: number) => string | void;
type Case = [string, number, Rule, readonly [string, string, string, string, string]];

const always = (answer: string): [string, string, string, string, string] => [answer, answer, answer, answer, answer];

test.each<Case>([
  // A switch of the epoch that the database has seen last.
  ['fence', SEEN, mayFence, [STALE, 'there', 'FenceLapsed', 'there', 'there']],
  ['keep', SEEN, mayKeep, ['FenceLapsed', 'keep', 'FenceLapsed', 'there', 'there']],
  ['pass on', SEEN, mayPassOn, ['FenceLapsed', 'FenceLapsed', 'FenceLapsed', 'pass-on', 'there']],
  ['decide', SEEN, whichWay, ['back', 'open', 'open', 'pass-on', 'forward']],
  ['open', SEEN, mayOpen, ['there', 'open', 'open', 'open', 'open']],
  ['reopen', SEEN, mayReopen, ['there', 'open', 'open', 'open', 'SitePassedOn']],
  ['work on the new side', SEEN, refuseOpened, [STALE, 'nothing', STALE, 'nothing', 'nothing']],
  // A newer one: what was kept in an older epoch is no old side of a later switch.
  ['fence', SEEN + 1, mayFence, ['fence', 'Error', 'fence', 'Error', 'Error']],
  ['keep', SEEN + 1, mayKeep, always('FenceLapsed')],
  ['pass on', SEEN + 1, mayPassOn, always('FenceLapsed')],
  ['decide', SEEN + 1, whichWay, ['open', 'open', 'open', 'Error', 'Error']],
  ['open', SEEN + 1, mayOpen, always('open')],
  ['reopen', SEEN + 1, mayReopen, ['open', 'open', 'open', 'Error', 'Error']],
  // An older one comes too late for anything.
  ['fence', SEEN - 1, mayFence, always(STALE)],
  ['keep', SEEN - 1, mayKeep, always(STALE)],
  ['pass on', SEEN - 1, mayPassOn, always(STALE)],
  ['decide', SEEN - 1, whichWay, always(STALE)],
  ['open', SEEN - 1, mayOpen, always(STALE)],
  ['reopen', SEEN - 1, mayReopen, always(STALE)],
])('may a switch %s, in epoch %i: what it is told by each state of a site of epoch 7', (_, epoch, rule, expected) => {
  expect(ORDER.map((name) => {
    try {
      return rule('SITEA', STATES[name], epoch) ?? 'nothing';
    } catch (error) {
      return (error as Error).name;
    }
  })).toEqual(expected);
});

test('messages tell what was found and what to do', () => {
  expect(() => mayReopen('SITEA', STATES.passedOn, SEEN)).toThrow(
    'site SITEA stays fenced: the other site was opened in epoch 7, or was about to be; open that one (recover)');
  expect(() => mayFence('SITEA', STATES.fenced, SEEN + 1)).toThrow(
    'site SITEA is fenced by the switch of epoch 7 until 2026-11-25T12:00:09.000Z: let that one end, or recover it, then switch again');
  expect(() => mayFence('SITEB', STATES.kept, SEEN + 1)).toThrow(
    'site SITEB is kept fenced since epoch 7, it is not the one that is written to: compare the site map with the fences');
});
