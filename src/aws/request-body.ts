import { totalmem } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { BodyRoom } from '../model/body-room.ts';
import { GrowingBytes } from '../model/growing-bytes.ts';
import { ServiceError } from '../model/service-error.ts';
import { own } from '../model/spent-memory.ts';
import { decodeAwsChunked, decodeAwsChunkedBuffer, type Trailers } from './aws-chunked.ts';
import { inviteBody } from './body-invitation.ts';
import { serializationError } from './codecs/serialization-error.ts';
import type { StreamedRequest, WireRequest } from './request.ts';

export const EMPTY_BODY: Uint8Array = new Uint8Array();

/** Whether anything follows the head of a request. */
export function hasBody(request: WireRequest): boolean {
  const { raw } = request;
  const length = request.header('content-length');
  if (length !== undefined) return length !== '0';
  if (raw.httpVersionMajor === 2)
    return !(raw as { stream?: { endAfterHeaders?: boolean } }).stream?.endAfterHeaders;
  return request.header('transfer-encoding') !== undefined;
}

/** The length a request declares for its body, bytes; 0 when it declares none. */
export function declaredLength(request: WireRequest): number {
  const length = Number(request.header('content-length') ?? 0);
  return Number.isNaN(length) ? 0 : length;
}

/** Why a body could not be read: it is too large, or the client went away. */
export type BodyFailure = 'too-large' | 'aborted';
export type BodyReader = (body: Buffer | undefined, failure: BodyFailure | undefined) => void;

const MIB = 1024 * 1024;
/** What all requests that are still coming may take together: clients could send, and never end, as many as they like. */
const room = new BodyRoom(Math.max(256 * MIB, totalmem() / 8), MIB / 16);

/** Reads a whole body into memory and calls back once. What lies beyond the limit is read and dropped. */
export function collectBody(raw: StreamedRequest, limit: number, done: BodyReader): void {
  inviteBody(raw);
  const kept = new GrowingBytes();
  let settled = false;
  const settle: BodyReader = (body, failure) => {
    if (settled) return;
    settled = true;
    room.leave(raw);
    kept.clear();
    done(body, failure);
  };
  raw.on('data', (chunk: Uint8Array) => {
    if (settled) return;
    if (kept.length + chunk.length > limit) return settle(undefined, 'too-large');
    kept.add(chunk);
    room.keep(raw, chunk.length);
  });
  raw.on('end', () => settle(kept.bytes, undefined));
  raw.on('error', () => settle(undefined, 'aborted'));
  raw.on('close', () => settle(undefined, 'aborted'));
}

/** The client went away before the end of its request: nobody's failure. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** The same of a request that no service answers. Undefined when it is too large; rejects with ClientGone. */
export function readWhole(request: StreamedRequest, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    collectBody(request, limit, (body, failure) => {
      if (failure === 'aborted')
        reject(new ClientGone('The client went away before the end of its request.'));
      else resolve(body);
    });
  });
}

/**
 * Undoes what a client put around a buffered body: aws-chunked framing, and gzip.
 * @param inflate off for the REST services: there an encoding belongs to the content
 */
export function unwrapBody(body: Uint8Array, request: WireRequest, inflate: boolean): Uint8Array {
  const encoding = request.header('content-encoding');
  let plain = body;
  if (isAwsChunked(request, encoding)) {
    const decoded = decodeAwsChunkedBuffer(body, request.chunkSignatures);
    request.trailers = decoded.trailers;
    plain = decoded.body;
  }
  if (!inflate || encoding === undefined || !encoding.includes('gzip')) return plain;
  try {
    return gunzipSync(plain, { maxOutputLength: LARGEST_INFLATED });
  } catch {
    throw serializationError('Request body is not valid gzip');
  }
}

const LARGEST_INFLATED = 64 * 1024 * 1024;

/** A body that goes to its handler as a stream; nothing is read before the handler asks. */
export function streamBody(request: WireRequest): AsyncIterable<Uint8Array> {
  const source = whole(request.raw as StreamedRequest);
  if (!isAwsChunked(request, request.header('content-encoding'))) return source;
  const onTrailers: (trailers: Trailers) => void = (trailers) => {
    request.trailers = trailers;
  };
  // Whether signatures matter is known when the head has been looked at, before the body is.
  return decodeAwsChunked(source, onTrailers, () => request.chunkSignatures);
}

/**
 * A client that goes away before the end of its body is nobody's fault but its own. What the reader does not want of it is
 * read and dropped: Node.js would leave it on the connection, and read nothing that comes after it.
 */
async function* whole(source: StreamedRequest): AsyncGenerator<Uint8Array, void, undefined> {
  inviteBody(source);
  try {
    for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      // Nothing else lies there.
      if (chunk.byteLength === chunk.buffer.byteLength) own(chunk);
      yield chunk;
    }
  } catch {
    throw new ServiceError(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header.',
    );
  } finally {
    source.resume();
  }
}

function isAwsChunked(request: WireRequest, encoding: string | undefined): boolean {
  if (encoding?.includes('aws-chunked') === true) return true;
  return request.header('x-amz-content-sha256')?.startsWith('STREAMING-') === true;
}
