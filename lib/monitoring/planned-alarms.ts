import { Alarm, ComparisonOperator, type IAlarm, type IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct, type IConstruct } from 'constructs';
import { fail } from '../private/validation';
import { type AlarmPlan, type Level, SEVERITIES, type Severity } from './alarm-plan';
import { runbookLink } from './runbooks';

/** Where alarms go and where they point. */
export interface AlarmDestination {
  readonly actions: Record<Severity, IAlarmAction>;
  readonly runbookUrl: string;
}

/** The alarms of plans. They tell a topic when they are raised, and when they are over. */
export class PlannedAlarms extends Construct {
  public readonly alarms: IAlarm[];

  public constructor(scope: Construct, id: string, props: { plans: AlarmPlan[]; destination: AlarmDestination }) {
    super(scope, id);
    this.alarms = props.plans.flatMap((plan) => {
      refuseReversed(this, plan);
      return SEVERITIES.flatMap((severity) => {
        const level = plan.levels[severity];
        return level === undefined ? [] : [this.createAlarm(plan, severity, level, props.destination)];
      });
    });
  }

  private createAlarm(plan: AlarmPlan, severity: Severity, level: Level, destination: AlarmDestination): Alarm {
    const alarm = new Alarm(this, `${plan.id}${severity === 'warning' ? 'Warning' : 'Critical'}`, {
      metric: plan.metric,
      threshold: level.value,
      comparisonOperator: plan.bad === 'more'
        ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
        : ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: plan.periods,
      treatMissingData: plan.treatMissingData,
      alarmDescription: `${severity}: ${plan.what(level.text)}. First: ${plan.firstStep}. `
        + `Runbook: ${runbookLink(destination.runbookUrl, plan.runbook)}`,
    });
    const action = destination.actions[severity];
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }
}

/** A warning that comes after the critical alarm is a mistake. */
function refuseReversed(scope: IConstruct, { id, levels: { warning, critical }, bad }: AlarmPlan): void {
  if (warning === undefined || critical === undefined) {
    return;
  }
  if (bad === 'more' ? warning.value >= critical.value : warning.value <= critical.value) {
    fail(scope, `the alarm ${id} warns at ${warning.text} and is critical at ${critical.text}: give a warning that `
      + 'comes before it is critical');
  }
}
