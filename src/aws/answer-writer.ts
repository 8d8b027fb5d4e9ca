import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { once } from 'node:events';
import type { WholeResponse } from './fast-lane-response.ts';
import type { WireAnswer } from './protocols/wire-protocol.ts';

export type HttpResponse = ServerResponse | Http2ServerResponse | WholeResponse;

/**
 * Sends an answer.
 * @param done called once when nothing more will be sent, with the error if the body's source failed
 */
export function sendAnswer(
  target: HttpResponse,
  method: string,
  answer: WireAnswer,
  done: (error?: unknown) => void,
): void {
  // Node's HTTP/2 responses have the same methods; only their declared types differ.
  const response = target as ServerResponse;
  const { status, headers, body } = answer;
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)) {
    if (!('flushHeaders' in target)) throw new TypeError('This answer cannot be a stream');
    response.writeHead(status, headers);
    void stream(response, body).then(done, done);
    return;
  }
  if (method === 'HEAD') {
    response.writeHead(status, headers);
    response.end();
  } else {
    const length = typeof body === 'string' ? Buffer.byteLength(body) : (body?.length ?? 0);
    if (status !== 204 && status !== 304) headers['Content-Length'] = String(length);
    response.writeHead(status, headers);
    if (body === undefined || length === 0) response.end();
    else if (typeof body === 'string') response.end(body);
    else if (length <= SMALL_BODY_BYTES && 'flushHeaders' in target) response.end(latin1(body), 'latin1');
    else response.end(body);
  }
  done();
}

/**
 * Node sends a string and the head before it in one write, but bytes in a second one. Up to this size turning bytes
 * into a string, one character for each, costs less than the second write: 4 of 65 microseconds.
 */
const SMALL_BODY_BYTES = 4096;

function latin1(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1');
}

async function stream(response: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<void> {
  response.flushHeaders();
  try {
    for await (const chunk of body) {
      if (response.destroyed) return;
      if (!response.write(chunk)) await drained(response);
    }
    response.end();
  } catch (error) {
    // The status is long sent: only a cut connection can tell the client that the answer is not whole.
    response.destroy();
    throw error;
  }
}

async function drained(response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  response.once('close', onClose);
  try {
    await once(response, 'drain', { signal: gone.signal });
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    response.off('close', onClose);
  }
}
