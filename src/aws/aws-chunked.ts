import { GrowingBytes } from '../model/growing-bytes.ts';

/** The body is not well-formed `aws-chunked`: a bad size, a missing line end, or an end inside a chunk. */
export class AwsChunkedError extends Error {
  override readonly name = 'AwsChunkedError';
}

/** Checks that chunks are what their signatures say. Each throws when they are not. */
export interface ChunkSignatures {
  /** @param signature undefined: the chunk has none */
  begin(signature: string | undefined): void;
  data(bytes: Uint8Array): void;
  end(): void;
  trailers(trailers: Trailers): void;
}

/** Trailing headers by lower-case name, e.g. `x-amz-checksum-crc32`. */
export type Trailers = Readonly<Record<string, string>>;

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
/** A size, a signature and room to spare; also bounds one trailer. */
const MAX_LINE_BYTES = 8 * 1024;
const MAX_TRAILERS = 64;
/** Of a body, whose chunks may be single bytes. */
const MOST_AT_ONCE = 1024 * 1024;
/** Hex digits of a size: 2^48 is far past every upload. */
const MAX_SIZE_DIGITS = 12;

type State = 'size' | 'data' | 'data-end' | 'trailer' | 'done';

/**
 * Undoes S3's `aws-chunked` content coding while bytes stream in. Yields views of the source's chunks, before their
 * signatures are known to hold. `onTrailers` is called once, after the last chunk, before the generator ends.
 * @param signatures asked for at the first byte; without it signatures are skipped
 * @throws AwsChunkedError on malformed or truncated input, and what `signatures` throws
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Uint8Array>,
  onTrailers?: (trailers: Trailers) => void,
  signatures: () => ChunkSignatures | undefined = () => undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = new Decoder(signatures());
  for await (const bytes of source) {
    for (const data of decoder.push(bytes)) yield data;
  }
  onTrailers?.(decoder.finish());
}

/** The same for a whole body. The result is a view of `bytes` where there is only one chunk. */
export function decodeAwsChunkedBuffer(
  bytes: Uint8Array,
  signatures?: ChunkSignatures,
): {
  readonly body: Uint8Array;
  readonly trailers: Trailers;
} {
  const decoder = new Decoder(signatures);
  const body = new GrowingBytes();
  for (let at = 0; at < bytes.byteLength; at += MOST_AT_ONCE)
    for (const part of decoder.push(bytes.subarray(at, at + MOST_AT_ONCE))) body.add(part);
  return { body: body.bytes, trailers: decoder.finish() };
}

/** Fed with pieces of any size; keeps only an unfinished line between two of them. */
class Decoder {
  readonly #signatures: ChunkSignatures | undefined;
  #state: State = 'size';
  #line: Uint8Array = new Uint8Array();
  #remaining = 0;
  readonly #trailers = Object.create(null) as Record<string, string>;
  #trailerCount = 0;

  constructor(signatures?: ChunkSignatures) {
    this.#signatures = signatures;
  }

  push(bytes: Uint8Array): Uint8Array[] {
    const parts: Uint8Array[] = [];
    let at = 0;
    while (at < bytes.byteLength) {
      if (this.#state === 'data') {
        const end = Math.min(bytes.byteLength, at + this.#remaining);
        const part = bytes.subarray(at, end);
        parts.push(part);
        this.#signatures?.data(part);
        this.#remaining -= end - at;
        if (this.#remaining === 0) this.#endChunk('data-end');
        at = end;
      } else {
        at = this.#takeLine(bytes, at);
      }
    }
    return parts;
  }

  finish(): Trailers {
    if (this.#state !== 'done' || this.#line.byteLength > 0) {
      throw new AwsChunkedError('The aws-chunked body ended before its last chunk');
    }
    return this.#trailers;
  }

  /** Reads up to the next line end, or keeps what there is. Returns where to go on. */
  #takeLine(bytes: Uint8Array, start: number): number {
    const lineEnd = bytes.indexOf(LF, start);
    const end = lineEnd < 0 ? bytes.byteLength : lineEnd;
    if (this.#line.byteLength + end - start > MAX_LINE_BYTES) {
      throw new AwsChunkedError(`The aws-chunked body has a line of more than ${MAX_LINE_BYTES} bytes`);
    }
    const piece = bytes.subarray(start, end);
    const line = this.#line.byteLength > 0 ? Buffer.concat([this.#line, piece]) : piece;
    if (lineEnd < 0) {
      // A copy: the source may reuse its chunk.
      this.#line = Uint8Array.from(line);
      return end;
    }
    this.#line = new Uint8Array();
    this.#acceptLine(line.at(-1) === CR ? line.subarray(0, -1) : line);
    return lineEnd + 1;
  }

  #acceptLine(line: Uint8Array): void {
    switch (this.#state) {
      case 'size':
        this.#remaining = chunkSize(line);
        this.#signatures?.begin(chunkSignature(line));
        if (this.#remaining === 0) this.#endChunk('trailer');
        else this.#state = 'data';
        break;
      case 'data-end':
        if (line.byteLength > 0) throw new AwsChunkedError('An aws-chunked chunk is longer than its size');
        this.#state = 'size';
        break;
      case 'trailer':
        if (line.byteLength === 0) this.#end();
        else this.#acceptTrailer(Buffer.from(line).toString('latin1'));
        break;
      case 'data':
      case 'done':
      default:
        if (line.byteLength > 0) throw new AwsChunkedError('The aws-chunked body goes on after its end');
    }
  }

  #endChunk(next: State): void {
    this.#signatures?.end();
    this.#state = next;
  }

  #end(): void {
    this.#signatures?.trailers(this.#trailers);
    this.#state = 'done';
  }

  #acceptTrailer(line: string): void {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new AwsChunkedError('The aws-chunked body has a malformed trailer');
    this.#trailerCount += 1;
    if (this.#trailerCount > MAX_TRAILERS) throw new AwsChunkedError('Too many aws-chunked trailers');
    this.#trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
}

/** Bytes in the chunk that a line `size[;chunk-signature=...]` announces. */
function chunkSize(line: Uint8Array): number {
  let size = 0;
  let digits = 0;
  for (const code of line) {
    if (code === SEMICOLON) break;
    const digit = hexDigit(code);
    if (digit === undefined) throw new AwsChunkedError('An aws-chunked size is not a hexadecimal number');
    size = size * 16 + digit;
    digits += 1;
  }
  if (digits === 0 || digits > MAX_SIZE_DIGITS)
    throw new AwsChunkedError('An aws-chunked size is missing or too large');
  return size;
}

function chunkSignature(line: Uint8Array): string | undefined {
  return /;chunk-signature=([0-9a-f]{64})$/.exec(Buffer.from(line).toString('latin1'))?.[1];
}

function hexDigit(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}
