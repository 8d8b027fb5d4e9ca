import type { OnDemandThroughput, ProvisionedThroughput } from '@aws-sdk/client-dynamodb';
import { ServiceError } from '../../../model/service-error.ts';
import { invalidParameter, validation } from '../dynamodb-errors.ts';
import type { MostOnDemand, TableDefinition, Throughput } from './table-definition.ts';

type BillingMode = TableDefinition['billingMode'];

/** What AWS takes for a number of units at all. */
const MOST_UNITS = 1_000_000_000_000;
/** On one day, UTC; from then on an hour has to pass since the last time. */
const TIMES_LOWERED = 4;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * What a table or an index is provisioned with; undefined where each request is paid for.
 * Throws ValidationException when it is given in the wrong mode, or not given.
 */
export function throughputOf(
  given: ProvisionedThroughput | undefined,
  billingMode: BillingMode,
  indexName?: string,
): Throughput | undefined {
  if (billingMode === 'PAY_PER_REQUEST') {
    if (given === undefined) return undefined;
    throw invalidParameter(
      indexName === undefined
        ? 'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST'
        : `ProvisionedThroughput should not be specified for index: ${indexName} when BillingMode is PAY_PER_REQUEST`,
    );
  }
  if (given?.ReadCapacityUnits === undefined || given.WriteCapacityUnits === undefined) {
    throw invalidParameter(
      indexName === undefined
        ? 'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED'
        : `ProvisionedThroughput is not specified for index: ${indexName}`,
    );
  }
  for (const name of ['ReadCapacityUnits', 'WriteCapacityUnits'] as const) {
    const value = given[name] ?? 0;
    if (value <= MOST_UNITS) continue;
    const where = indexName === undefined ? '' : ` for index ${indexName}`;
    throw validation(`Given value ${value} for ${name} is out of bounds${where}`);
  }
  return { read: given.ReadCapacityUnits, write: given.WriteCapacityUnits };
}

/**
 * After a change, with what is told of changes. Throws ValidationException for none, LimitExceededException when it was lowered
 * too often that day.
 */
export function changedThroughput(
  before: Throughput | undefined,
  wanted: Throughput,
  nowMs: number,
  indexName?: string,
): Throughput {
  if (before === undefined) return wanted;
  const { read, write } = before;
  if (read === wanted.read && write === wanted.write) throw noChange(before, indexName);
  const isRaised = wanted.read > read || wanted.write > write;
  const isLowered = wanted.read < read || wanted.write < write;
  return {
    ...before,
    ...wanted,
    ...(isRaised && { raisedAtMs: nowMs }),
    ...(isLowered && { loweredAtMs: nowMs, timesLowered: checkedTimes(before, nowMs) + 1 }),
  };
}

/** How often it was lowered on that day. */
export function timesLoweredToday({ loweredAtMs, timesLowered }: Throughput, nowMs: number): number {
  const isToday = loweredAtMs !== undefined && dayOf(loweredAtMs) === dayOf(nowMs);
  return isToday ? (timesLowered ?? 0) : 0;
}

function checkedTimes(before: Throughput, nowMs: number): number {
  const times = timesLoweredToday(before, nowMs);
  const { loweredAtMs = 0 } = before;
  if (times < TIMES_LOWERED || loweredAtMs + HOUR_MS <= nowMs) return times;
  throw new ServiceError(
    'LimitExceededException',
    `Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the first ${TIMES_LOWERED} decreases, each subsequent decrease in the same UTC day can be performed at most once every 3600 seconds. Number of decreases today: ${times}. Last decrease at ${shownTime(loweredAtMs)}. Next decrease can be made at ${shownTime(loweredAtMs + HOUR_MS)}`,
  );
}

function noChange({ read, write }: Throughput, indexName: string | undefined): ServiceError {
  const what = indexName === undefined ? 'the table' : `the index ${indexName}`;
  return validation(
    `The provisioned throughput for ${what} will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for ${what}: ${read}. Requested ReadCapacityUnits: ${read}. Current WriteCapacityUnits provisioned for ${what}: ${write}. Requested WriteCapacityUnits: ${write}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
  );
}

/**
 * What bounds requests that are paid for one by one; -1 takes a bound away, what is not given stays.
 * Throws ValidationException for provisioned tables and for what is no bound.
 */
export function mostOnDemand(
  before: MostOnDemand | undefined,
  given: OnDemandThroughput | undefined,
  billingMode: BillingMode,
): MostOnDemand | undefined {
  if (billingMode === 'PROVISIONED') {
    if (given === undefined) return undefined;
    throw invalidParameter('OnDemandThroughput cannot be specified when BillingMode is PROVISIONED');
  }
  const read = bound(before?.read, 'MaxReadRequestUnits', given?.MaxReadRequestUnits);
  const write = bound(before?.write, 'MaxWriteRequestUnits', given?.MaxWriteRequestUnits);
  if (read === undefined && write === undefined) return undefined;
  return { ...(read !== undefined && { read }), ...(write !== undefined && { write }) };
}

function bound(before: number | undefined, name: string, given: number | undefined): number | undefined {
  if (given === undefined) return before;
  if (given === -1) return undefined;
  if (given >= 1) return given;
  throw invalidParameter(`${name} must be at least 1, or -1 for no maximum`);
}

function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS);
}

/** `Saturday, January 31, 2026 12:00:00 PM UTC` */
function shownTime(atMs: number): string {
  const format = new Intl.DateTimeFormat('en-US', {
    dateStyle: 'full',
    timeStyle: 'medium',
    timeZone: 'UTC',
  });
  return `${format.format(atMs).replace(' at ', ' ').replaceAll('\u202f', ' ')} UTC`;
}
