import type { CreateScheduleInput, Target, UpdateScheduleInput } from '@aws-sdk/client-scheduler';
import { isStandardQueue, type TargetService, targetService } from '../../delivery/target-arn.ts';
import { nextInstant, parseSchedule } from '../../model/schedule/schedule.ts';
import { isTimeZone } from '../../model/schedule/time-zone.ts';
import { notBuilt, validation } from './scheduler-errors.ts';
import { DEFAULT_GROUP, type ScheduleName, type StoredSchedule } from './stored-schedule.ts';

const NOT_BUILT = [
  'EcsParameters',
  'SageMakerPipelineParameters',
  'EventBridgePutEventsV2Parameters',
  'EventBridgePutRawEventsParameters',
] as const;
const DEFAULT_RETRY = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };

export function nameOf(
  input: { readonly Name?: string | undefined; readonly GroupName?: string | undefined },
  { accountId, region }: { readonly accountId: string; readonly region: string },
): ScheduleName {
  return { accountId, region, group: input.GroupName ?? DEFAULT_GROUP, name: input.Name ?? '' };
}

/** What a request asks for, checked. @throws ValidationException */
export function checkedSchedule(
  input: CreateScheduleInput | UpdateScheduleInput,
  name: ScheduleName,
  times: { readonly createdAtMs: number; readonly modifiedAtMs: number },
): StoredSchedule {
  if (input.KmsKeyArn !== undefined) throw notBuilt('KmsKeyArn');
  const expression = input.ScheduleExpression ?? '';
  const schedule = parseSchedule(expression);
  if (schedule === undefined) throw validation(`Invalid Schedule Expression ${expression}.`);
  const timeZone = input.ScheduleExpressionTimezone ?? 'UTC';
  if (!isTimeZone(timeZone)) throw validation(`Invalid ScheduleExpressionTimezone ${timeZone}.`);
  // It would be kept and never run. AWS is told to refuse it as well; its text is not known.
  const now = times.modifiedAtMs;
  const isOver = nextInstant(schedule, now - 1, { timeZone, anchorMs: now }) === undefined;
  if (isOver && input.State !== 'DISABLED')
    throw validation(`Invalid Schedule Expression ${expression}. It is never due again.`);
  const [startMs, endMs] = [input.StartDate?.getTime(), input.EndDate?.getTime()];
  if (startMs !== undefined && endMs !== undefined && startMs >= endMs)
    throw validation('The StartDate must be before the EndDate.');
  if (endMs !== undefined && endMs <= times.modifiedAtMs)
    throw validation('The EndDate you specify cannot be earlier than the current date.');
  return {
    ...name,
    expression,
    timeZone,
    ...(startMs !== undefined && { startMs }),
    ...(endMs !== undefined && { endMs }),
    ...(input.Description !== undefined && { description: input.Description }),
    state: input.State ?? 'ENABLED',
    actionAfterCompletion: input.ActionAfterCompletion ?? 'NONE',
    window: checkedWindow(input.FlexibleTimeWindow),
    target: checkedTarget(input.Target),
    ...times,
  };
}

function checkedWindow(window: CreateScheduleInput['FlexibleTimeWindow']): StoredSchedule['window'] {
  const { Mode, MaximumWindowInMinutes: minutes } = window ?? { Mode: undefined };
  if (Mode === 'FLEXIBLE' && minutes === undefined)
    throw validation(
      'MaximumWindowInMinutes must be provided when the flexible time window mode is FLEXIBLE.',
    );
  if (Mode === 'OFF' && minutes !== undefined)
    throw validation('MaximumWindowInMinutes is not allowed when the flexible time window mode is OFF.');
  return { Mode, ...(minutes !== undefined && { MaximumWindowInMinutes: minutes }) };
}

function checkedTarget(target: Target | undefined): Target {
  const arn = target?.Arn ?? '';
  if (target === undefined || !arn.startsWith('arn:'))
    throw validation(`Provided Arn is not in correct format: ${arn}`);
  const service = targetService(arn);
  if (service === undefined) {
    throw validation(
      `Lambent does not implement targets such as ${arn} yet: there are functions, queues, topics, streams and event buses.`,
    );
  }
  const missing = NOT_BUILT.find((name) => target[name] !== undefined);
  if (missing !== undefined) throw notBuilt(missing);
  checkParameters(service, target);
  const deadLetters = target.DeadLetterConfig?.Arn;
  if (deadLetters !== undefined && !isStandardQueue(deadLetters))
    throw validation(`The dead-letter queue must be a standard queue: ${deadLetters}.`);
  return { ...target, RetryPolicy: { ...DEFAULT_RETRY, ...target.RetryPolicy } };
}

/** Of each kind of target; no other may have them. @throws ValidationException */
function checkParameters(service: TargetService, target: Target): void {
  if (service !== 'sqs' && target.SqsParameters !== undefined)
    throw validation('SqsParameters are for queues only.');
  if (
    service === 'sqs' &&
    target.Arn?.endsWith('.fifo') === true &&
    target.SqsParameters?.MessageGroupId === undefined
  )
    throw validation('SqsParameters with a MessageGroupId are required for FIFO queues.');
  if (service === 'events' && target.EventBridgeParameters === undefined)
    throw validation('EventBridgeParameters are required for event buses.');
  if (target.EventBridgeParameters !== undefined && service !== 'events')
    throw validation('EventBridgeParameters are for event buses only.');
  if (service === 'events' && !isObject(target.Input))
    throw validation('The Input for an event bus must be a JSON object.');
  if ((service === 'kinesis') !== (target.KinesisParameters !== undefined))
    throw validation('KinesisParameters are required for streams, and are for them only.');
}

function isObject(text: string | undefined): boolean {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
