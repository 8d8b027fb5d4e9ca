/** A header's value with its type on the wire. Timestamps have milliseconds, a uuid is in its 36-character form. */
export type HeaderValue =
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'byte' | 'short' | 'integer'; readonly value: number }
  | { readonly type: 'long'; readonly value: bigint }
  | { readonly type: 'binary'; readonly value: Uint8Array }
  | { readonly type: 'string' | 'uuid'; readonly value: string }
  | { readonly type: 'timestamp'; readonly value: Date };

/** The format's type bytes. 0 and 1 are the booleans: the value is in the type. */
const TAG = {
  true: 0,
  false: 1,
  byte: 2,
  short: 3,
  integer: 4,
  long: 5,
  binary: 6,
  string: 7,
  timestamp: 8,
  uuid: 9,
} as const;
const MAX_NAME_BYTES = 255;
const MAX_VALUE_BYTES = 32_767;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Bytes that `writeHeaders` will take. Throws `RangeError` for names and values beyond the format's limits. */
export function headersSize(headers: Readonly<Record<string, HeaderValue>>): number {
  let size = 0;
  for (const name of Object.keys(headers)) {
    const header = headers[name];
    if (header === undefined) continue;
    const nameBytes = Buffer.byteLength(name);
    if (nameBytes === 0 || nameBytes > MAX_NAME_BYTES) {
      throw new RangeError(`Event-stream header name of ${nameBytes} bytes`);
    }
    size += 2 + nameBytes + valueSize(header, name);
  }
  return size;
}

function valueSize(header: HeaderValue, name: string): number {
  switch (header.type) {
    case 'boolean':
      return 0;
    case 'byte':
      return 1;
    case 'short':
      return 2;
    case 'integer':
      return 4;
    case 'long':
    case 'timestamp':
      return 8;
    case 'uuid':
      if (!UUID.test(header.value)) throw new RangeError(`Event-stream header ${name} is not a UUID`);
      return 16;
    case 'binary':
      return 2 + bounded(header.value.byteLength, name);
    case 'string':
    default:
      return 2 + bounded(Buffer.byteLength(header.value), name);
  }
}

function bounded(bytes: number, name: string): number {
  if (bytes > MAX_VALUE_BYTES) throw new RangeError(`Event-stream header ${name} of ${bytes} bytes`);
  return bytes;
}

/** Writes all headers from `offset` on; `out` must have `headersSize(headers)` bytes there. Returns the end. */
export function writeHeaders(
  headers: Readonly<Record<string, HeaderValue>>,
  out: Buffer,
  offset: number,
): number {
  let at = offset;
  for (const name of Object.keys(headers)) {
    const header = headers[name];
    if (header === undefined) continue;
    const nameBytes = out.write(name, at + 1);
    out[at] = nameBytes;
    at = writeValue(header, out, at + 1 + nameBytes);
  }
  return at;
}

function writeValue(header: HeaderValue, out: Buffer, offset: number): number {
  const tag = header.type === 'boolean' ? (header.value ? TAG.true : TAG.false) : TAG[header.type];
  const at = out.writeUInt8(tag, offset);
  switch (header.type) {
    case 'boolean':
      return at;
    case 'byte':
      return out.writeInt8(header.value, at);
    case 'short':
      return out.writeInt16BE(header.value, at);
    case 'integer':
      return out.writeInt32BE(header.value, at);
    case 'long':
      return out.writeBigInt64BE(header.value, at);
    case 'timestamp':
      return out.writeBigInt64BE(BigInt(header.value.getTime()), at);
    case 'uuid':
      return at + out.write(header.value.replaceAll('-', ''), at, 'hex');
    case 'binary':
      out.set(header.value, out.writeUInt16BE(header.value.byteLength, at));
      return at + 2 + header.value.byteLength;
    case 'string':
    default: {
      const written = out.write(header.value, at + 2);
      out.writeUInt16BE(written, at);
      return at + 2 + written;
    }
  }
}

/** Parses a message's header block. `undefined` when it is malformed. */
export function parseHeaders(block: Buffer): Record<string, HeaderValue> | undefined {
  // No prototype, so a header called `__proto__` is only a header.
  const headers = Object.create(null) as Record<string, HeaderValue>;
  let at = 0;
  while (at < block.byteLength) {
    const tagAt = at + 1 + (block[at] ?? 0);
    const tag = block[tagAt];
    if (tag === undefined) return undefined;
    const start = tagAt + 1 + (tag === TAG.binary || tag === TAG.string ? 2 : 0);
    if (start > block.byteLength) return undefined;
    const end = start + valueLength(block, tag, start);
    const value = end <= block.byteLength ? readValue(block, tag, start, end) : undefined;
    if (value === undefined) return undefined;
    headers[block.toString('utf8', at + 1, tagAt)] = value;
    at = end;
  }
  return headers;
}

const FIXED_LENGTHS = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];

function valueLength(block: Buffer, tag: number, start: number): number {
  return FIXED_LENGTHS[tag] ?? (tag <= TAG.uuid ? block.readUInt16BE(start - 2) : 0);
}

function readValue(block: Buffer, tag: number, start: number, end: number): HeaderValue | undefined {
  switch (tag) {
    case TAG.true:
    case TAG.false:
      return { type: 'boolean', value: tag === TAG.true };
    case TAG.byte:
      return { type: 'byte', value: block.readInt8(start) };
    case TAG.short:
      return { type: 'short', value: block.readInt16BE(start) };
    case TAG.integer:
      return { type: 'integer', value: block.readInt32BE(start) };
    case TAG.long:
      return { type: 'long', value: block.readBigInt64BE(start) };
    case TAG.binary:
      return { type: 'binary', value: block.subarray(start, end) };
    case TAG.string:
      return { type: 'string', value: block.toString('utf8', start, end) };
    case TAG.timestamp:
      return { type: 'timestamp', value: new Date(Number(block.readBigInt64BE(start))) };
    case TAG.uuid:
      return { type: 'uuid', value: dashed(block.toString('hex', start, end)) };
    default:
      return undefined;
  }
}

function dashed(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
