import type { Duration } from 'aws-cdk-lib/core';
import type { TaskAssessmentOptions } from './task-assessment';
import type { OnTaskChange } from './task-lifecycle-api';

/** What a deployment does to a replication task or a serverless replication. */
export interface TaskLifecycleOptions {
  /**
   * Whether a deployment leaves the task running: a new task is started once both connections have passed their test,
   * and a task that a deployment changed runs afterwards, also if somebody had stopped it before.
   *
   * Without it a new task waits to be started by hand, and a task that is changed is resumed only if it ran before. A
   * full load that is over, or one that its settings stopped, stays as it is either way.
   *
   * @default true
   */
  readonly startOnDeploy?: boolean;

  /**
   * Whether a deployment that changes a task which has run before lets it run afterwards although it had been stopped.
   * `false` where something else decides when the task runs, as the switch of a two-way replication does: then only
   * the first start is the deployment's, and a changed task runs afterwards if, and only if, it ran before.
   *
   * @default - as `startOnDeploy`
   */
  readonly startStopped?: boolean;

  /**
   * What happens when a change needs the tables to be loaded again.
   *
   * @default OnTaskChange.RESUME
   */
  readonly onChange?: OnTaskChange;

  /**
   * How long testing the connections and starting may take, in whole minutes, 1 to 55. The load itself is not waited
   * for.
   *
   * A serverless replication takes 40 to 60 minutes from its start until it runs, and CloudFormation waits for an hour
   * at most. When the time is up, one that has passed the test of its connections is therefore left to itself: what is
   * left is up to AWS alone. One that has not is a failed deployment, and so is one that fails on the way.
   *
   * @default - 30 minutes for a task, 55 for a serverless replication
   */
  readonly startTimeout?: Duration;

  /**
   * How long stopping may take, in whole minutes, 1 to 55. DMS first finishes what it is writing.
   *
   * @default Duration.minutes(30)
   */
  readonly stopTimeout?: Duration;

  /**
   * Assesses a task before its first start: DMS looks for what would make it fail or lose data, in the databases
   * themselves, and the deployment fails with what it found. It takes several minutes of `startTimeout`. Not for
   * serverless replications.
   *
   * @default - no assessment
   * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.PremigrationAssessmentRuns.html
   */
  readonly assessment?: TaskAssessmentOptions;
}
