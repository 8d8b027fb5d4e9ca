import type { FilterLogEventsRequest, FilterLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { END_POSITION, type LogPosition } from '../../store/log-segments/log-event.ts';
import type { StreamToRead } from '../../store/log-segments/log-segments.ts';
import type { MergedEvent } from '../../store/log-segments/merge-events.ts';
import { PAGE_EVENTS, readEventPage } from './event-page.ts';
import { compileFilterPattern } from './filter-pattern/compile-filter-pattern.ts';
import { invalidParameter, invalidToken, notBuilt, streamNotFound } from './log-errors.ts';
import { type GroupName, groupOf } from './log-names.ts';
import {
  functionStreamsCreated,
  requireGroup,
  retentionCutoffMs,
  selectStreams,
  startsWith,
} from './log-rows.ts';
import type { LogsDependencies } from './logs-dependencies.ts';
import { eventId, listToken, readListToken } from './page-token.ts';

/**
 * Events of a group's streams in one order by time. Event ids are unique and stay, and events that are added while
 * a client reads on sort behind what it has seen, so that a follower misses nothing and sees nothing twice.
 */
export function filterLogEvents(
  deps: LogsDependencies,
): OperationHandler<FilterLogEventsRequest, FilterLogEventsResponse> {
  return async (input, context) => {
    if (input.startFromHead === false) throw notBuilt('startFromHead false');
    const matches = compileFilterPattern(input.filterPattern ?? '');
    await functionStreamsCreated(deps);
    const name = groupOf(input, context);
    const group = await requireGroup(deps.store.db, name);
    const oldestMs = Math.max(input.startTime ?? 0, retentionCutoffMs(group, deps.clock.now()));
    const page = await readEventPage(deps.segments, {
      streams: await streamsToRead(deps, name, input),
      from:
        input.nextToken === undefined ? { timestampMs: oldestMs, arrival: 0 } : readToken(input.nextToken),
      // Here the end time is part of the range.
      to: input.endTime === undefined ? END_POSITION : { timestampMs: input.endTime + 1, arrival: 0 },
      backward: false,
      limit: input.limit ?? PAGE_EVENTS,
      matches,
    });
    return {
      events: page.events.map(shown),
      // AWS has left this list empty since 2020.
      searchedLogStreams: [],
      ...(page.next === undefined ? {} : { nextToken: listToken(page.next.timestampMs, page.next.arrival) }),
    };
  };
}

async function streamsToRead(
  deps: LogsDependencies,
  group: GroupName,
  input: FilterLogEventsRequest,
): Promise<StreamToRead<string>[]> {
  const { logStreamNames: names, logStreamNamePrefix: prefix } = input;
  if (names !== undefined && prefix !== undefined) {
    throw invalidParameter('logStreamNames and logStreamNamePrefix are mutually exclusive parameters.');
  }
  let query = selectStreams(deps.store.db, group);
  if (names !== undefined) query = query.where('name', 'in', names);
  if (prefix !== undefined) query = query.where(startsWith('name', prefix));
  const rows = await query.execute();
  if (rows.length < new Set(names).size) throw streamNotFound();
  return rows.map((row) => ({ source: row.name, directory: row.directory }));
}

function readToken(token: string): LogPosition {
  const [timestampMs, arrival] = readListToken(token, 2);
  if (typeof timestampMs !== 'number' || typeof arrival !== 'number') throw invalidToken();
  return { timestampMs, arrival };
}

function shown({ source, event }: MergedEvent<string>) {
  return {
    logStreamName: source,
    timestamp: event.timestampMs,
    message: event.message,
    ingestionTime: event.ingestionTimeMs,
    eventId: eventId(event),
  };
}
