import type { Duration, Size } from 'aws-cdk-lib/core';

/** From which duration on an alarm of each severity is raised. A severity that is left out has no alarm. */
export interface DurationThresholds {
  /**
   * Somebody should look at it during working hours.
   *
   * @default - no alarm of this severity
   */
  readonly warning?: Duration;

  /**
   * Somebody has to look at it now.
   *
   * @default - no alarm of this severity
   */
  readonly critical?: Duration;
}

/** From which size on an alarm of each severity is raised. A severity that is left out has no alarm. */
export interface SizeThresholds {
  /**
   * Somebody should look at it during working hours.
   *
   * @default - no alarm of this severity
   */
  readonly warning?: Size;

  /**
   * Somebody has to look at it now.
   *
   * @default - no alarm of this severity
   */
  readonly critical?: Size;
}

/** From which number on an alarm of each severity is raised. A severity that is left out has no alarm. */
export interface CountThresholds {
  /**
   * Somebody should look at it during working hours.
   *
   * @default - no alarm of this severity
   */
  readonly warning?: number;

  /**
   * Somebody has to look at it now.
   *
   * @default - no alarm of this severity
   */
  readonly critical?: number;
}
