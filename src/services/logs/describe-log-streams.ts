import type {
  DescribeLogStreamsRequest,
  DescribeLogStreamsResponse,
  LogStream,
} from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import type { StreamSummary } from '../../store/log-segments/stream-summary.ts';
import { invalidParameter } from './log-errors.ts';
import { type GroupName, groupOf, streamArn } from './log-names.ts';
import {
  functionStreamsCreated,
  type LogStreamRow,
  requireGroup,
  selectStreams,
  startsWith,
} from './log-rows.ts';
import type { LogsDependencies } from './logs-dependencies.ts';
import { listToken, readListToken } from './page-token.ts';
import { SEQUENCE_TOKEN } from './sequence-token.ts';

const PAGE_STREAMS = 50;

/** A stream with what it is sorted by; streams without events sort as if their last event were at time 0. */
interface Entry {
  readonly row: LogStreamRow;
  readonly lastEventMs: number;
}

export function describeLogStreams(
  deps: LogsDependencies,
): OperationHandler<DescribeLogStreamsRequest, DescribeLogStreamsResponse> {
  return async (input, context) => {
    const byTime = input.orderBy === 'LastEventTime';
    if (byTime && input.logStreamNamePrefix !== undefined) {
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
    }
    await functionStreamsCreated(deps);
    const group = groupOf(input, context);
    await requireGroup(deps.store.db, group);
    const entries = await entriesOf(deps, group, input.logStreamNamePrefix, byTime);
    const sign = input.descending === true ? -1 : 1;
    entries.sort((a, b) => sign * compareEntries(a, b));
    const rest = input.nextToken === undefined ? entries : behindToken(entries, input.nextToken, sign);
    const page = rest.slice(0, input.limit ?? PAGE_STREAMS);
    const last = page.at(-1);
    const summaries = await deps.segments.summaries(page.map((entry) => entry.row.directory));
    return {
      logStreams: page.map((entry, index) => shown(group, entry.row, summaries[index])),
      ...(last !== undefined && page.length < rest.length
        ? { nextToken: listToken(last.lastEventMs, last.row.name) }
        : {}),
    };
  };
}

async function entriesOf(
  deps: LogsDependencies,
  group: GroupName,
  prefix: string | undefined,
  byTime: boolean,
): Promise<Entry[]> {
  let query = selectStreams(deps.store.db, group);
  if (prefix !== undefined) query = query.where(startsWith('name', prefix));
  const rows = await query.execute();
  if (!byTime) return rows.map((row) => ({ row, lastEventMs: 0 }));
  const summaries = await deps.segments.summaries(rows.map((row) => row.directory));
  return rows.map((row, index) => ({ row, lastEventMs: summaries[index]?.lastTimestampMs ?? 0 }));
}

function behindToken(entries: readonly Entry[], token: string, sign: number): Entry[] {
  const [lastEventMs, name] = readListToken(token, 2);
  const seen = { lastEventMs: Number(lastEventMs), name: String(name) };
  return entries.filter((entry) => sign * compareKeys(keyOf(entry), seen) > 0);
}

interface SortKey {
  readonly lastEventMs: number;
  readonly name: string;
}

function keyOf(entry: Entry): SortKey {
  return { lastEventMs: entry.lastEventMs, name: entry.row.name };
}

function compareEntries(a: Entry, b: Entry): number {
  return compareKeys(keyOf(a), keyOf(b));
}

function compareKeys(a: SortKey, b: SortKey): number {
  if (a.lastEventMs !== b.lastEventMs) return a.lastEventMs - b.lastEventMs;
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function shown(group: GroupName, row: LogStreamRow, summary: StreamSummary | undefined): LogStream {
  return {
    logStreamName: row.name,
    creationTime: row.created_at_ms,
    ...(summary?.firstTimestampMs === undefined ? {} : { firstEventTimestamp: summary.firstTimestampMs }),
    ...(summary?.lastTimestampMs === undefined ? {} : { lastEventTimestamp: summary.lastTimestampMs }),
    ...(summary?.lastIngestionMs === undefined ? {} : { lastIngestionTime: summary.lastIngestionMs }),
    uploadSequenceToken: SEQUENCE_TOKEN,
    arn: streamArn(group, row.name),
    // AWS has shown 0 for streams since 2019; the group's number is the real one.
    storedBytes: 0,
  };
}
