import { encodeMessage } from '../event-stream.ts';
import type { HeaderValue } from '../event-stream-headers.ts';
import { isRecord } from '../codecs/entries.ts';
import { isBlob, isString, structureOf } from '../schema/shape.ts';
import type { Member, StructureShape } from '../schema/shape.ts';

/** How a protocol writes the body of one event. */
export interface EventFormat {
  readonly contentType: string;
  write(shape: StructureShape, value: unknown): string | Uint8Array;
}

export const EVENT_STREAM_TYPE = 'application/vnd.amazon.eventstream';

/**
 * Encodes a handler's events as event-stream messages.
 * @param union the shape of the stream: one member for each kind of event or exception
 * @param events objects with exactly one member of the union, e.g. `{ PayloadChunk: { Payload } }`
 * @param initial what the RPC protocols send first: the output's other members
 */
export async function* encodeEvents(
  union: StructureShape,
  events: AsyncIterable<unknown>,
  format: EventFormat,
  initial?: string | Uint8Array,
): AsyncGenerator<Uint8Array> {
  if (initial !== undefined) {
    yield encodeMessage(
      {
        ':event-type': text('initial-response'),
        ':content-type': text(format.contentType),
        ':message-type': text('event'),
      },
      toBytes(initial),
    );
  }
  for await (const event of events) {
    const encoded = encodeEvent(union, event, format);
    if (encoded !== undefined) yield encoded;
  }
}

function encodeEvent(union: StructureShape, event: unknown, format: EventFormat): Uint8Array | undefined {
  if (!isRecord(event)) return undefined;
  const member = union.members.find(({ name }) => event[name] !== undefined);
  if (member === undefined || member.shape.kind !== 'structure') return undefined;
  const { name, shape } = member;
  const value = event[name];
  const headers: Record<string, HeaderValue> =
    shape.traits.error === undefined
      ? { ':event-type': text(name), ':message-type': text('event') }
      : { ':exception-type': text(name), ':message-type': text('exception') };
  const fields = isRecord(value) ? value : {};
  for (const field of shape.members) {
    if (field.traits.eventHeader !== undefined && fields[field.name] !== undefined) {
      headers[field.name] = headerValue(fields[field.name]);
    }
  }
  return encodeMessage(headers, payload(shape, fields, format, headers));
}

function payload(
  shape: StructureShape,
  fields: Record<string, unknown>,
  format: EventFormat,
  headers: Record<string, HeaderValue>,
): Uint8Array {
  const whole = shape.members.find((field) => field.traits.eventPayload !== undefined);
  if (whole !== undefined) return wholePayload(whole, fields[whole.name], format, headers);
  const inBody = shape.members.filter((field) => field.traits.eventHeader === undefined);
  // An event of headers alone, or of nothing at all such as a keep-alive, has an empty payload.
  if (inBody.length === 0) return new Uint8Array();
  headers[':content-type'] = text(format.contentType);
  return toBytes(format.write(structureOf(shape.name, inBody, shape.traits), fields));
}

function wholePayload(
  member: Member,
  value: unknown,
  format: EventFormat,
  headers: Record<string, HeaderValue>,
): Uint8Array {
  const { shape } = member;
  if (isBlob(shape)) headers[':content-type'] = text('application/octet-stream');
  else if (isString(shape)) headers[':content-type'] = text('text/plain');
  else headers[':content-type'] = text(format.contentType);
  if (value === undefined || value === null) return new Uint8Array();
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return toBytes(value);
  return shape.kind === 'structure' ? toBytes(format.write(shape, value)) : new Uint8Array();
}

function headerValue(value: unknown): HeaderValue {
  if (typeof value === 'boolean') return { type: 'boolean', value };
  if (typeof value === 'number') return { type: 'integer', value };
  if (typeof value === 'bigint') return { type: 'long', value };
  if (value instanceof Date) return { type: 'timestamp', value };
  if (value instanceof Uint8Array) return { type: 'binary', value };
  return { type: 'string', value: String(value) };
}

function text(value: string): HeaderValue {
  return { type: 'string', value };
}

function toBytes(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : body;
}
