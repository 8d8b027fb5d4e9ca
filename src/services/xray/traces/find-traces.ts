import { sql } from 'kysely';
import type { Place } from '../segments/segment-rows.ts';
import { RETENTION_MS } from '../segments/segment-sweep.ts';
import type { XrayDependencies } from '../xray-dependencies.ts';
import { invalidRequest } from '../xray-errors.ts';
import { readTraces } from './read-traces.ts';
import type { WholeTrace } from './whole-trace.ts';

/** What a time range is about: when traces began, when segments arrived, or when they ended. */
const COLUMNS = {
  TraceId: 'trace_start_ms',
  Event: 'received_at_ms',
  Service: 'ended_at_ms',
} as const;

export interface TraceRange {
  readonly type: keyof typeof COLUMNS;
  readonly startMs: number;
  readonly endMs: number;
}

export interface TracePage {
  readonly traces: readonly WholeTrace[];
  /** Undefined: there are no more. */
  readonly nextToken: string | undefined;
}

/** Traces looked at for one answer. */
const PAGE = 200;

/** The traces of a period, oldest first. */
export async function findTraces(
  deps: XrayDependencies,
  place: Place,
  range: TraceRange,
  token: string | undefined,
): Promise<TracePage> {
  await deps.journal.settled();
  const column = sql.ref<number>(COLUMNS[range.type]);
  const after = token === undefined ? undefined : readToken(token);
  const found = await deps.store.db
    .selectFrom('xray_segments')
    .select('trace_id')
    .select(({ fn }) => fn.min<number>(column).as('at_ms'))
    .where('account_id', '=', place.accountId)
    .where('region', '=', place.region)
    .where('received_at_ms', '>=', deps.clock.now() - RETENTION_MS)
    .where(column, '>=', range.startMs)
    .where(column, '<=', range.endMs)
    .groupBy('trace_id')
    .$if(after !== undefined, (query) =>
      query.having((trace) => {
        const at = trace.fn.min<number>(column);
        const { atMs, traceId } = after ?? { atMs: 0, traceId: '' };
        const isLater = trace.eb(at, '>', atMs);
        return trace.or([isLater, trace.and([trace.eb(at, '=', atMs), trace.eb('trace_id', '>', traceId)])]);
      }),
    )
    .orderBy('at_ms')
    .orderBy('trace_id')
    .limit(PAGE + 1)
    .execute();
  const page = found.slice(0, PAGE);
  const last = found.length > PAGE ? page.at(-1) : undefined;
  const traces = await readTraces(
    deps,
    place,
    page.map(({ trace_id: traceId }) => traceId),
  );
  return { traces, nextToken: last && Buffer.from(`${last.at_ms} ${last.trace_id}`).toString('base64url') };
}

/** Of an operation's input. @throws ServiceError InvalidRequestException */
export function traceRange(
  startTime: Date | undefined,
  endTime: Date | undefined,
  type: keyof typeof COLUMNS = 'TraceId',
): TraceRange {
  const startMs = startTime?.getTime() ?? Number.NaN;
  const endMs = endTime?.getTime() ?? Number.NaN;
  if (!(startMs <= endMs)) throw invalidRequest('Start time must come before end time.');
  // The id of a trace says when it began to the second.
  return { type, startMs: type === 'TraceId' ? Math.floor(startMs / 1000) * 1000 : startMs, endMs };
}

function readToken(token: string): { readonly atMs: number; readonly traceId: string } {
  const [, at, traceId] =
    /^(\d{1,16}) (1-[0-9a-f-]+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (at === undefined || traceId === undefined) throw invalidRequest('The NextToken is invalid.');
  return { atMs: Number(at), traceId };
}
