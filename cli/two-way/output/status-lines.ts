import type { Paint } from '../../output/style';
import { table } from '../../output/table';
import type { ShownSite, StatusReport } from './status-report';

/** The status for people. */
export function statusText(report: StatusReport, paint: Paint): string {
  const { sites, legs, history, nextSteps } = report;
  return [
    headline(report, paint),
    '',
    table([{ title: 'Site' }, { title: 'Database' }, { title: 'Map' }, { title: 'Fence' }], sites.map((site) => [
      site.site, site.address, site.site === report.activeSite ? 'active' : '', fenceOf(site),
    ])),
    ...(legs.length === 0 ? [] : ['', table(
      [{ title: 'Leg' }, { title: 'State' }, { title: 'Loaded' }, { title: 'Lag', align: 'right' }, { title: 'Remark' }],
      legs.map(({ from, to, state, loaded, lagSeconds, reason }) => [
        `${from} → ${to}`, state, loaded ? 'yes' : 'no', lagSeconds === undefined ? '' : `${lagSeconds.toFixed(1)} s`, reason ?? '',
      ]),
    )]),
    ...(history.length === 0 ? [] : ['', table(
      [{ title: 'Epoch', align: 'right' }, { title: 'Switch' }, { title: 'Outcome' }, { title: 'Ended' },
        { title: 'Pause', align: 'right' }, { title: 'Reason' }],
      history.map(({ epoch, from, to, outcome, endedAt, pauseSeconds, reason }) => [
        String(epoch), `${from} → ${to}`, outcome, endedAt.replace('T', ' ').slice(0, 19),
        pauseSeconds === undefined ? '' : `${pauseSeconds.toFixed(2)} s`, reason ?? '',
      ]),
    )]),
    ...(nextSteps.length === 0 ? [] : ['', ...nextSteps.map((command) => `next: ${command}`)]),
  ].join('\n');
}

function headline({ state, activeSite = '', epoch, run, lapsesAt, writable }: StatusReport, paint: Paint): string {
  switch (state) {
    case 'not begun': return paint('yellow', 'The site map is empty: nobody has said which site is written to.');
    case 'completed': return `${paint('bold', activeSite)} is the only site (epoch ${epoch}); the replication has ended.`;
    case 'steady': return `${paint('bold', activeSite)} is written to, in epoch ${epoch}.`;
    case 'checking': return `${paint('bold', activeSite)} is written to, in epoch ${epoch}; ${run?.id ?? 'a switch'} to ${run?.to ?? 'the other site'} looks at its gates.`;
    case 'switching': return writable === undefined
      ? paint('yellow', `Nobody may write: ${run?.id ?? 'a switch'} to ${run?.to ?? 'the other site'} is going on, until ${lapsesAt ?? 'it has ended'} at the latest.`)
      : `${paint('bold', writable)} is written to again, in epoch ${epoch}: the switch to ${run?.to ?? 'the other site'} did not end in time.`;
  }
}

function fenceOf({ reachable, writable, kept, epoch, lapsesAt, reason }: ShownSite): string {
  if (reachable === undefined) return 'not asked';
  if (!reachable) return `not reached: ${reason ?? 'nobody said why'}`;
  if (writable) return `open, epoch ${epoch}`;
  return `${kept ? 'fenced' : `fenced until ${lapsesAt ?? 'somebody opens it'}`}, epoch ${epoch}`;
}
