import type { PutLogEventsRequest, PutLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler } from '../../aws/service.ts';
import { ServiceError } from '../../model/service-error.ts';
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
    try {
      if (accepted.length > 0) await deps.segments.open(stream.directory).appendDurably(accepted);
    } catch {
      // The storage has told the platform what the disk said.
      throw new ServiceError('ServiceUnavailableException', 'The service cannot complete the request.', 503);
    }
    return {
      nextSequenceToken: SEQUENCE_TOKEN,
      ...(rejected === undefined ? {} : { rejectedLogEventsInfo: rejected }),
      // There is nothing that would tie a log to what wrote it; the events are taken all the same, as on AWS.
      ...(input.entity === undefined
        ? {}
        : { rejectedEntityInfo: { errorType: 'UnsupportedLogGroupType' as const } }),
    };
  };
}
