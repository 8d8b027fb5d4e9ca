import type { ServerResponse } from 'node:http';
import { type AdminRequest, sendJson } from './admin-exchange.ts';

/** The platform's clock, as far as its users may turn it. */
export interface AdminClock {
  readonly isFrozen: boolean;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  freeze(): void | Promise<void>;
  resume(): void | Promise<void>;
  /** Resolves when all that has become due has been done. */
  pass(byMs: number): Promise<void>;
}

/** No time limit of any service is longer, and dates that JavaScript cannot hold stay out of reach. */
const FURTHEST_MS = 10 * 366 * 86_400_000;
const LATEST_MS = Date.UTC(2200, 0);
const ADVICE =
  'Send one of {"freeze":true}, {"resume":true} and {"advanceMs":<whole milliseconds: more than 0, ten years at most>}.';

export type ClockOrder =
  | { readonly kind: 'freeze' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'advance'; readonly byMs: number };

/** `GET` tells platform time; `POST` turns the clock. @param refusal says why it may not be turned, if so */
export async function answerClock(
  clock: AdminClock,
  refusal: string | undefined,
  { method, body }: AdminRequest,
  response: ServerResponse,
): Promise<void> {
  if (method === 'GET') return sendJson(response, 200, reading(clock));
  if (refusal !== undefined) return sendJson(response, 403, { message: refusal });
  const order = parseClockOrder(body.toString());
  if (order === undefined) return sendJson(response, 400, { message: ADVICE });
  if (order.kind === 'freeze') await clock.freeze();
  else if (order.kind === 'resume') await clock.resume();
  else if (clock.now() + order.byMs > LATEST_MS)
    return sendJson(response, 400, { message: 'The clock goes no further than the year 2200.' });
  else await clock.pass(order.byMs);
  sendJson(response, 200, reading(clock));
}

/** Reads JSON, or the same as a form: `advanceMs=60000`. Undefined when it is neither, or asks for several things. */
export function parseClockOrder(text: string): ClockOrder | undefined {
  const entries = readEntries(text);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) return undefined;
  const [name, value] = entry;
  if (name === 'freeze' || name === 'resume') return value === true ? { kind: name } : undefined;
  if (name !== 'advanceMs' || typeof value !== 'number' || !Number.isInteger(value)) return undefined;
  return value > 0 && value <= FURTHEST_MS ? { kind: 'advance', byMs: value } : undefined;
}

function readEntries(text: string): readonly (readonly [string, unknown])[] {
  if (!text.trimStart().startsWith('{')) {
    return [...new URLSearchParams(text)].map(([name, value]) => [name, formValue(value)]);
  }
  try {
    return Object.entries(JSON.parse(text) as object);
  } catch {
    return [];
  }
}

function formValue(value: string): boolean | number {
  return value === 'true' ? true : Number(value || Number.NaN);
}

function reading(clock: AdminClock): { now: string; nowMs: number; frozen: boolean } {
  const nowMs = Math.round(clock.now());
  return { now: new Date(nowMs).toISOString(), nowMs, frozen: clock.isFrozen };
}
