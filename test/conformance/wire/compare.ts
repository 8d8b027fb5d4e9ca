import { isDeepStrictEqual } from 'node:util';
import { EventSequence } from './values.ts';

/** A value with everything in it made comparable: bytes and dates as text, absent members gone. */
export function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (value instanceof Date) return `date ${value.toISOString()}`;
  if (typeof value === 'bigint') return `integer ${value}`;
  if (value instanceof EventSequence) return value.events.map(comparable);
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => item !== undefined && item !== null && name !== '$metadata')
      .map(([name, item]) => [name, comparable(item)]),
  );
}

/** The first place where two comparable values differ; undefined when they don't. */
export function difference(sent: unknown, received: unknown, path = ''): string | undefined {
  if (isDeepStrictEqual(sent, received)) return undefined;
  if (isObject(sent) && isObject(received)) {
    for (const name of new Set([...Object.keys(sent), ...Object.keys(received)])) {
      const inner = difference(sent[name], received[name], `${path}.${name}`);
      if (inner !== undefined) return inner;
    }
  }
  return `${path}: sent ${JSON.stringify(sent)}, received ${JSON.stringify(received)}`.slice(0, 300);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Reads streams to their end: request bodies, response bodies, event streams. */
export async function settled(value: Record<string, unknown>): Promise<Record<string, unknown>> {
  const entries = Object.entries(value).map(async ([name, item]) => [name, await settle(item)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function settle(value: unknown): Promise<unknown> {
  if (value instanceof Uint8Array || !isObject(value) || !(Symbol.asyncIterator in value)) return value;
  const items: unknown[] = [];
  for await (const item of value as AsyncIterable<unknown>) items.push(item);
  const chunks = items.filter((item) => item instanceof Uint8Array);
  return chunks.length > 0 ? Buffer.concat(chunks) : new EventSequence(items);
}
