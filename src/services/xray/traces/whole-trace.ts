import { keptSegment, type Segment } from '../segments/segment-document.ts';

/** One trace, put together from what was sent of it. */
export interface WholeTrace {
  readonly id: string;
  /** Each with its subsegments, those that were sent by themselves among them; in the order in which they began. */
  readonly segments: readonly Segment[];
  /** Seconds since the Unix epoch. */
  readonly startTime: number;
  readonly endTime: number;
  /** More was sent of it than is looked at. */
  readonly limitExceeded: boolean;
}

/** Documents of one trace that are looked at. */
export const MOST_DOCUMENTS = 2_000;
/** What is nested more deeply is left out. */
const DEEPEST = 100;

/** @param documents as they were sent, at least one */
export function wholeTrace(id: string, documents: readonly string[]): WholeTrace {
  const sent = documents.slice(0, MOST_DOCUMENTS).map(keptSegment);
  const known = new Set<string>();
  for (const segment of sent) addIds(segment, known, 0);
  const parts = new Map<string, Segment[]>();
  const roots: Segment[] = [];
  for (const segment of sent) {
    const { parent_id: parent = '', type } = segment;
    if (type !== 'subsegment' || !known.has(parent) || parent === segment.id) roots.push(segment);
    else parts.set(parent, [...(parts.get(parent) ?? []), segment]);
  }
  const segments = roots.map((segment) => withParts(segment, parts, 0)).toSorted(byStart);
  return {
    id,
    segments,
    startTime: Math.min(...segments.map(({ start_time: start }) => start)),
    endTime: Math.max(...segments.map(endOf)),
    limitExceeded: documents.length > MOST_DOCUMENTS,
  };
}

/** One in progress has lasted no time yet. */
export function endOf({ start_time: start, end_time: end }: Segment): number {
  return Math.max(start, end ?? start);
}

export function durationOf(segment: Segment): number {
  return endOf(segment) - segment.start_time;
}

/** A segment and everything in it. */
export function* withSubsegments(segment: Segment): Generator<Segment> {
  yield segment;
  for (const part of segment.subsegments ?? []) yield* withSubsegments(part);
}

/** Where the trace begins: what was called by nothing that is known. */
export function entryOf({ segments }: Pick<WholeTrace, 'segments'>): Segment | undefined {
  const ids = new Set<string>();
  for (const segment of segments) addIds(segment, ids, 0);
  return segments.find(({ parent_id: parent }) => parent === undefined || !ids.has(parent)) ?? segments[0];
}

function withParts(segment: Segment, parts: ReadonlyMap<string, readonly Segment[]>, depth: number): Segment {
  const all = [...(segment.subsegments ?? []), ...(parts.get(segment.id) ?? [])];
  if (all.length === 0) return segment;
  const { subsegments: _own, ...rest } = segment;
  if (depth === DEEPEST) return rest;
  return { ...rest, subsegments: all.map((part) => withParts(part, parts, depth + 1)).toSorted(byStart) };
}

function addIds({ id, subsegments = [] }: Segment, ids: Set<string>, depth: number): void {
  ids.add(id);
  if (depth < DEEPEST) for (const part of subsegments) addIds(part, ids, depth + 1);
}

function byStart(a: Segment, b: Segment): number {
  return a.start_time - b.start_time;
}
