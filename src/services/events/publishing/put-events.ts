import { randomUUID } from 'node:crypto';
import type {
  PutEventsRequest,
  PutEventsRequestEntry,
  PutEventsResponse,
  PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { admit, eventKeys } from '../buses/bus-access.ts';
import type { EventsDependencies } from '../events-dependencies.ts';
import { notBuilt, validation } from '../events-errors.ts';
import type { PutEvent } from './event-router.ts';
import { eventTime } from './platform-event.ts';

const LARGEST_REQUEST = 1_048_576;

/** Why an entry is not taken. */
interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** Puts up to ten events; each for itself is taken or refused. */
export function putEvents(deps: EventsDependencies): OperationHandler<PutEventsRequest, PutEventsResponse> {
  return async (input, context) => {
    if (input.EndpointId !== undefined) throw notBuilt('EndpointId (global endpoints)');
    const entries = input.Entries ?? [];
    const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    if (bytes > LARGEST_REQUEST)
      throw validation('Total size of the entries in the request is over the limit.');
    const taken: PutEvent[] = [];
    const results = entries.map((entry): PutEventsResultEntry => {
      const read = readEntry(deps, entry, context);
      if ('code' in read) return { ErrorCode: read.code, ErrorMessage: read.message };
      taken.push(read);
      return { EventId: read.event.id };
    });
    await deps.router.put(taken);
    return { FailedEntryCount: results.length - taken.length, Entries: results };
  };
}

function readEntry(
  deps: EventsDependencies,
  entry: PutEventsRequestEntry,
  context: RequestContext,
): PutEvent | Refusal {
  const { Source: source = '', DetailType: detailType = '', Detail: text = '' } = entry;
  if (source === '') return missing('Source');
  if (detailType === '') return missing('DetailType');
  if (text === '') return missing('Detail');
  if (source.startsWith('aws.'))
    return { code: 'NotAuthorizedForSourceException', message: 'Not authorized for the source.' };
  const detail = parseDetail(text);
  if (detail === undefined) return { code: 'MalformedDetail', message: 'Detail is malformed.' };
  try {
    const keys = eventKeys(source, detailType);
    const bus = admit(deps, entry.EventBusName, context, 'PutEvents', keys);
    const { accountId, region, name } = bus;
    const event = {
      version: '0',
      id: randomUUID(),
      'detail-type': detailType,
      source,
      account: context.accountId,
      time: eventTime(entry.Time?.getTime() ?? deps.clock.now()),
      region: context.region,
      resources: entry.Resources ?? [],
      detail,
    } as const;
    return {
      bus: { accountId, region, name },
      event,
      hops: 0,
      traceHeader: entry.TraceHeader ?? context.header('x-amzn-trace-id'),
    };
  } catch (error) {
    if (error instanceof ServiceError) return { code: error.code, message: error.message };
    throw error;
  }
}

function missing(name: string): Refusal {
  return {
    code: 'InvalidArgument',
    message: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
  };
}

function parseDetail(text: string): object | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}

/** As the documentation counts: the time is 14 bytes. */
function sizeOf({
  Time,
  Source = '',
  DetailType = '',
  Detail = '',
  Resources = [],
}: PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}
