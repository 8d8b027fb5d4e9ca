import { createHash } from 'node:crypto';
import type { IssuedCredential } from '../model/identity/caller-identity.ts';
import { ServiceError } from '../model/service-error.ts';
import { WholeRequest } from './fast-lane-request.ts';
import type { Body } from './protocols/wire-protocol.ts';
import type { WireRequest } from './request.ts';
import { verifySignature } from './sigv4.ts';

/**
 * Verifies a request's signature.
 * @param service signing name, for the words of the error when the request carries no credential
 * @param issued what was issued under the request's access key
 * @returns the body; a streamed one now fails at its end if it isn't what was signed
 * @throws ServiceError in the service's words, 400 or 403
 */
export function authenticate(
  request: WireRequest,
  body: Body,
  service: string | undefined,
  issued: IssuedCredential | undefined,
): Body {
  const { method, path, query, raw } = request;
  const headers = raw instanceof WholeRequest ? raw : request.headers;
  const buffered = body instanceof Uint8Array ? body : undefined;
  const result = verifySignature(
    { method, path, query, headers, body: buffered, service },
    () => issued?.secretAccessKey,
    // Callers sign in real time, whatever time it is on the platform.
    Date.now(),
  );
  if (!result.ok) throw new ServiceError(result.code, result.message, result.status);
  const isHash = /^[0-9a-f]{64}$/.test(result.payloadHash);
  return body instanceof Uint8Array || !isHash ? body : verified(body, result.payloadHash);
}

async function* verified(source: AsyncIterable<Uint8Array>, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') === sha256) return;
  throw new ServiceError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}
