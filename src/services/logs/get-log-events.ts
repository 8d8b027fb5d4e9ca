import type { GetLogEventsRequest, GetLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import {
  END_POSITION,
  type LogPosition,
  positionAfter,
  comparePositions,
} from '../../store/log-segments/log-event.ts';
import type { MergedEvent } from '../../store/log-segments/merge-events.ts';
import { PAGE_EVENTS, readEventPage } from './event-page.ts';
import { groupOf } from './log-names.ts';
import { functionStreamsCreated, requireStream, retentionCutoffMs } from './log-rows.ts';
import type { LogsDependencies } from './logs-dependencies.ts';
import { eventsToken, readEventsToken } from './page-token.ts';

/**
 * One stream's events, oldest first on every page. Without `startFromHead` the first page is the youngest one. Both
 * tokens always come back, and a token that leads nowhere yet comes back unchanged.
 */
export function getLogEvents(
  deps: LogsDependencies,
): OperationHandler<GetLogEventsRequest, GetLogEventsResponse> {
  return async (input, context) => {
    await functionStreamsCreated(deps);
    const found = await requireStream(deps.store.db, groupOf(input, context), input.logStreamName ?? '');
    const oldestMs = Math.max(input.startTime ?? 0, retentionCutoffMs(found.group, deps.clock.now()));
    const start: LogPosition = { timestampMs: oldestMs, arrival: 0 };
    const end = input.endTime === undefined ? END_POSITION : { timestampMs: input.endTime, arrival: 0 };
    const token = input.nextToken === undefined ? undefined : readEventsToken(input.nextToken);
    const backward = token === undefined ? input.startFromHead !== true : token.direction === 'b';
    const place = token?.place ?? (backward ? end : start);
    const page = await readEventPage(deps.segments, {
      streams: [{ source: undefined, directory: found.stream.directory }],
      from: backward ? start : later(start, place),
      to: backward ? earlier(end, place) : end,
      backward,
      limit: input.limit ?? PAGE_EVENTS,
      matches: () => true,
    });
    const events = backward ? page.events.toReversed() : page.events;
    return { events: events.map(shown), ...tokens(events, token?.place ?? start) };
  };
}

/** The tokens lead away from the page in both directions; an empty page is a place only. */
function tokens(events: readonly MergedEvent<undefined>[], place: LogPosition) {
  const first = events[0]?.event;
  const last = events.at(-1)?.event;
  return {
    nextForwardToken: eventsToken('f', last === undefined ? place : positionAfter(last)),
    nextBackwardToken: eventsToken('b', first ?? place),
  };
}

function shown({ event }: MergedEvent<undefined>) {
  return { timestamp: event.timestampMs, message: event.message, ingestionTime: event.ingestionTimeMs };
}

function later(a: LogPosition, b: LogPosition): LogPosition {
  return comparePositions(a, b) > 0 ? a : b;
}

function earlier(a: LogPosition, b: LogPosition): LogPosition {
  return comparePositions(a, b) < 0 ? a : b;
}
