import type { PutLogEventsRequest, PutLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { groupOf } from './log-names.ts';
import { requireStream } from './log-rows.ts';
import type { LogsDependencies } from './logs-dependencies.ts';
import { SEQUENCE_TOKEN } from './sequence-token.ts';
import { checkUpload, sortOut } from './upload-checks.ts';

/** Adds events; answers when they are on disk. Events out of the time window are rejected one by one. */
export function putLogEvents(
  deps: LogsDependencies,
): OperationHandler<PutLogEventsRequest, PutLogEventsResponse> {
  return async (input, context) => {
    const events = (input.logEvents ?? []).map((event) => ({
      timestampMs: event.timestamp ?? 0,
      message: event.message ?? '',
    }));
    checkUpload(events);
    const { group, stream } = await requireStream(
      deps.store.db,
      groupOf(input, context),
      input.logStreamName ?? '',
    );
    const { accepted, rejected } = sortOut(events, deps.clock.now(), group.retention_days);
    if (accepted.length > 0) await deps.segments.open(stream.directory).appendDurably(accepted);
    return {
      nextSequenceToken: SEQUENCE_TOKEN,
      ...(rejected === undefined ? {} : { rejectedLogEventsInfo: rejected }),
    };
  };
}
