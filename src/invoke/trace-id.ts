import { randomBytes } from 'node:crypto';
import { lineageField } from '../model/lineage.ts';

/** X-Ray trace header values: `Root=1-<8 hex epoch>-<24 hex>;Parent=<16 hex>;Sampled=0`. */

const ROOT = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})/;
const PARENT = /(?:^|;)\s*Parent=([0-9a-f]{16})(?![0-9a-f])/;
const SAMPLED = /(?:^|;)\s*Sampled=([01])/;

/** What a trace header says. */
export interface TraceContext {
  readonly root: string;
  /** The segment in which the request was made. */
  readonly parent: string | undefined;
  /** Undefined: nobody has decided yet. */
  readonly isSampled: boolean | undefined;
}

/**
 * The trace header an invocation runs under where the function only passes traces on (TracingConfig PassThrough): the
 * caller's root, parent and decision. What the caller does not say is made up: a new trace is not sampled.
 */
export function traceHeader(callers: string | undefined, nowMs: number): string {
  if (callers === undefined) return `Root=${newRoot(nowMs)};Parent=${newSegmentId()};Sampled=0`;
  const root = ROOT.exec(callers)?.[1] ?? newRoot(nowMs);
  const parent = PARENT.exec(callers)?.[1] ?? newSegmentId();
  const sampled = SAMPLED.exec(callers)?.[1] ?? '0';
  return `Root=${root};Parent=${parent};Sampled=${sampled}`;
}

/** The caller's header, or the beginning of a new trace. */
export function traceContext(callers: string | undefined, nowMs: number): TraceContext {
  const sampled = callers === undefined ? undefined : SAMPLED.exec(callers)?.[1];
  return {
    root: (callers && ROOT.exec(callers)?.[1]) ?? newRoot(nowMs),
    parent: callers === undefined ? undefined : PARENT.exec(callers)?.[1],
    isSampled: sampled === undefined ? undefined : sampled === '1',
  };
}

export function writtenContext({ root, parent, isSampled }: TraceContext): string {
  const written = parent === undefined ? `Root=${root}` : `Root=${root};Parent=${parent}`;
  return isSampled === undefined ? written : `${written};Sampled=${isSampled ? 1 : 0}`;
}

/** What a front door hands on of its client's header: a decision is the function's where the client has none. */
export function frontDoorHeader(clients: string | undefined, nowMs: number): string {
  const context = traceContext(clients, nowMs);
  if (clients === undefined) return writtenContext(context);
  return writtenContext({ ...context, parent: context.parent ?? newSegmentId() });
}

/** What a queued event keeps of its caller's header: every attempt is part of one trace and of the caller's chain. */
export function queuedTraceHeader(callers: string | undefined, nowMs: number): string {
  return traceHeader(callers, nowMs) + (callers === undefined ? '' : lineageField(callers));
}

export function newSegmentId(): string {
  return hex(16);
}

let lastSecond = 0;
let lastSecondHex = '';

function newRoot(nowMs: number): string {
  const second = Math.floor(nowMs / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastSecondHex = second.toString(16);
  }
  return `1-${lastSecondHex}-${hex(24)}`;
}

/** Hex digits are drawn by the page: one call into the random generator serves four hundred invocations. */
const PAGE_BYTES = 8192;
let page = '';
let used = 0;

function hex(digits: number): string {
  if (used + digits > page.length) {
    page = randomBytes(PAGE_BYTES).toString('hex');
    used = 0;
  }
  used += digits;
  return page.slice(used - digits, used);
}
