import { randomBytes } from 'node:crypto';
import { lineageField } from '../model/lineage.ts';

/** X-Ray trace header values: `Root=1-<8 hex epoch>-<24 hex>;Parent=<16 hex>;Sampled=0`. */

const ROOT = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})/;
const SAMPLED = /(?:^|;)\s*Sampled=([01])/;

/**
 * The trace header an invocation runs under. The caller's root and sampling decision are kept; every invocation gets
 * a parent of its own. Without a caller's header a new, unsampled trace begins (TracingConfig PassThrough).
 */
export function traceHeader(callers: string | undefined, nowMs: number): string {
  if (callers === undefined) return `Root=${newRoot(nowMs)};Parent=${hex(16)};Sampled=0`;
  const root = ROOT.exec(callers)?.[1] ?? newRoot(nowMs);
  const sampled = SAMPLED.exec(callers)?.[1] ?? '0';
  return `Root=${root};Parent=${hex(16)};Sampled=${sampled}`;
}

/** What a queued event keeps of its caller's header: every attempt is part of one trace and of the caller's chain. */
export function queuedTraceHeader(callers: string | undefined, nowMs: number): string {
  return traceHeader(callers, nowMs) + (callers === undefined ? '' : lineageField(callers));
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
