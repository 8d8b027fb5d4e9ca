/** A segment document as X-Ray takes it, and a subsegment, which has the same form. Times are seconds since the Unix epoch. */
export interface Segment {
  readonly id: string;
  readonly name: string;
  readonly trace_id?: string;
  readonly parent_id?: string;
  readonly start_time: number;
  readonly end_time?: number;
  readonly in_progress?: boolean;
  readonly type?: string;
  readonly origin?: string;
  readonly namespace?: string;
  readonly resource_arn?: string;
  readonly user?: string;
  readonly http?: SegmentHttp;
  readonly aws?: Readonly<Record<string, unknown>>;
  readonly error?: boolean;
  readonly fault?: boolean;
  readonly throttle?: boolean;
  readonly cause?: unknown;
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly subsegments?: readonly Segment[];
}

export interface SegmentHttp {
  readonly request?: Readonly<Record<string, unknown>>;
  readonly response?: Readonly<Record<string, unknown>>;
}

/** One that can be kept. */
export interface ReceivedSegment {
  readonly id: string;
  readonly traceId: string;
  readonly traceStartMs: number;
  readonly endedAtMs: number;
  readonly document: string;
}

/** Why one cannot be. */
export interface SegmentProblem {
  /** Undefined where the document does not say. */
  readonly id: string | undefined;
  readonly problem: string;
}

export const LARGEST_SEGMENT_BYTES = 65_536;

const TRACE_ID = /^1-([0-9a-f]{8})-[0-9a-f]{24}$/;
/** That of the W3C, whose first eight digits mean the same. */
const W3C_TRACE_ID = /^([0-9a-f]{8})([0-9a-f]{24})$/;
const SEGMENT_ID = /^[0-9a-f]{16}$/;

/** Reads a document as it was sent. */
export function readSegment(document: string): ReceivedSegment | SegmentProblem {
  const fields = parsedObject(document);
  if (fields === undefined) return { id: undefined, problem: 'ParseError' };
  const id = textOf(fields['id']);
  const traceId = traceIdOf(fields['trace_id']);
  const problem = problemOf(fields, id, traceId, document);
  if (problem !== undefined || id === undefined || traceId === undefined)
    return { id, problem: problem ?? 'ParseError' };
  const { start_time: start, end_time: end } = fields;
  return {
    id,
    traceId,
    traceStartMs: Number.parseInt(traceId.slice(2, 10), 16) * 1000,
    endedAtMs: Math.round(Number(end ?? start) * 1000),
    document,
  };
}

export function isProblem(read: ReceivedSegment | SegmentProblem): read is SegmentProblem {
  return 'problem' in read;
}

/** In the form in which traces are kept; undefined for anything else. */
export function traceIdOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (TRACE_ID.test(value)) return value;
  const parts = W3C_TRACE_ID.exec(value);
  return parts === null ? undefined : `1-${parts[1]}-${parts[2]}`;
}

/** A document that was kept; its subsegments may be anything that is JSON. */
export function keptSegment(document: string): Segment {
  return tidied(parsedObject(document) ?? {});
}

function problemOf(
  fields: Readonly<Record<string, unknown>>,
  id: string | undefined,
  traceId: string | undefined,
  document: string,
): string | undefined {
  const { trace_id: givenTrace, name, start_time: start, end_time: end, type, parent_id: parent } = fields;
  if (Buffer.byteLength(document) > LARGEST_SEGMENT_BYTES) return 'SegmentTooLarge';
  if (id === undefined) return 'MissingId';
  if (!SEGMENT_ID.test(id)) return 'InvalidId';
  if (givenTrace === undefined) return 'MissingTraceId';
  if (traceId === undefined) return 'InvalidTraceId';
  if (typeof name !== 'string' || name === '') return 'MissingName';
  if (name.length > 200) return 'InvalidName';
  if (!isTime(start)) return start === undefined ? 'MissingStartTime' : 'InvalidStartTime';
  if (end !== undefined && !isTime(end)) return 'InvalidEndTime';
  if (end === undefined && fields['in_progress'] !== true) return 'MissingEndTime';
  if (type === 'subsegment' && textOf(parent) === undefined) return 'MissingParentId';
  return undefined;
}

/** A moment between now and some thousand years. */
function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < 1e11;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function parsedObject(document: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(document);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whatever somebody sent as subsegments, only what reads as one is left. */
function tidied(fields: Readonly<Record<string, unknown>>): Segment {
  const { subsegments, http, aws, annotations, id, name, start_time: start, ...rest } = fields;
  const own: Segment = {
    ...rest,
    id: textOf(id) ?? '',
    name: textOf(name) ?? '',
    start_time: typeof start === 'number' ? start : 0,
    ...(isObject(http) && { http }),
    ...(isObject(aws) && { aws }),
    ...(isObject(annotations) && { annotations }),
  };
  if (!Array.isArray(subsegments)) return own;
  return { ...own, subsegments: subsegments.filter(isObject).map(tidied) };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
