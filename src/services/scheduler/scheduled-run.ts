import type { Target } from '@aws-sdk/client-scheduler';

export const SENDER = 'scheduler';
/** Who assumes the roles of targets. */
export const SCHEDULER_PRINCIPAL = 'scheduler.amazonaws.com';

/** One time that a schedule was due, as it waits on disk. */
export interface ScheduledRun {
  /** The schedule's. */
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  readonly executionId: string;
  readonly scheduledAtMs: number;
  readonly target: Target;
}

/** What the target is sent: its input with the run's facts in it, or an event when it has none. */
export function payloadOf(run: ScheduledRun, attempt: number): string {
  const { arn, accountId, region, executionId, target } = run;
  const time = `${new Date(run.scheduledAtMs).toISOString().slice(0, 19)}Z`;
  if (target.Input === undefined) {
    return JSON.stringify({
      version: '0',
      id: executionId,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: accountId,
      time,
      region,
      resources: [arn],
      detail: '{}',
    });
  }
  const facts: Readonly<Record<string, string>> = {
    'aws.scheduler.schedule-arn': arn,
    'aws.scheduler.scheduled-time': time,
    'aws.scheduler.execution-id': executionId,
    'aws.scheduler.attempt-number': String(attempt),
  };
  return target.Input.replaceAll(
    /<(aws\.scheduler\.[a-z-]+)>/g,
    (whole, name: string) => facts[name] ?? whole,
  );
}
