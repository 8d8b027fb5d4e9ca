import type { IncomingMessage } from 'node:http';
import type { Receipt, ResponseStream } from '../runtime-link.ts';

/** Whether a response is announced as one in parts, rather than merely sent in chunks. */
export function isStreamed({ headers }: IncomingMessage): boolean {
  const mode = headers['lambda-runtime-function-response-mode'];
  return typeof mode === 'string' && mode.toLowerCase() === 'streaming';
}

/** Whether it is announced as something else again. */
export function hasUnknownMode(request: IncomingMessage): boolean {
  const mode = request.headers['lambda-runtime-function-response-mode'];
  return mode !== undefined && mode !== '' && !isStreamed(request);
}

/** Passes a request's parts on as they come. Undefined when the connection broke before its end. */
export function passOn(request: IncomingMessage, stream: ResponseStream): Promise<Receipt | undefined> {
  return new Promise((resolve) => {
    let hasEnded = false;
    request.on('data', (chunk: Buffer) => {
      if (stream.write(chunk)) return;
      request.pause();
      stream.whenReady(() => request.resume());
    });
    request.once('end', () => {
      hasEnded = true;
      const error = midstreamError(request);
      resolve(error === undefined ? stream.end() : stream.fail(error.payload, error.errorType));
    });
    request.once('close', () => {
      if (hasEnded) return;
      stream.truncate();
      resolve(undefined);
    });
  });
}

/** How a handler that fails midway says so: in trailers, as the status line has long been sent. */
function midstreamError({
  trailers,
}: IncomingMessage): { readonly payload: Uint8Array; readonly errorType: string } | undefined {
  const errorType = trailers['lambda-runtime-function-error-type'];
  if (errorType === undefined) return undefined;
  const body = trailers['lambda-runtime-function-error-body'];
  const payload = body === undefined ? JSON.stringify({ errorType }) : Buffer.from(body, 'base64');
  return { payload: Buffer.from(payload), errorType };
}
