import { createHash } from 'node:crypto';
import type { IssuedCredential } from '../model/identity/caller-identity.ts';
import { ServiceError } from '../model/service-error.ts';
import type { HeadForm } from './fast-lane-form.ts';
import { WholeRequest } from './fast-lane-request.ts';
import type { Body } from './protocols/wire-protocol.ts';
import type { WireRequest } from './request.ts';
import { v2Claim, verifyV2, type V2Claim } from './sigv2.ts';
import { checkV2Expiry } from './sigv2-time.ts';
import { FormSignature } from './sigv4-form.ts';
import { presignedFault, verifySignature } from './sigv4.ts';
import { SignedChunks } from './signed-chunks.ts';
import { isS3, type SignatureFailure } from './sigv4-failure.ts';

const SIGNED_CHUNKS = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
const SHA256_HEX = /^[0-9a-f]{64}$/;

/** What a request's signature is checked against. */
export interface SignatureFacts {
  /** Signing name, for the words of the error when the request carries no credential. */
  readonly service: string | undefined;
  /** What was issued under the request's access key. */
  readonly issued: IssuedCredential | undefined;
  /** The bucket in the host name. */
  readonly hostBucket: string | undefined;
}

/** Of the forms in which a request was found to be signed; false where there is no shorter way for the next one. */
const formSignatures = new WeakMap<HeadForm, FormSignature | false>();

/**
 * Verifies a request's signature.
 * @returns the body; a streamed one now fails at its end if it isn't what was signed
 * @throws ServiceError in the service's words, 400 or 403
 */
export function authenticate(request: WireRequest, body: Body, facts: SignatureFacts): Body {
  const { method, path, query, raw } = request;
  const { service, issued } = facts;
  const older = isS3(service) ? v2Claim(request.header('authorization'), query) : undefined;
  if (older !== undefined) {
    refuse(verifyOlder(older, request, facts));
    return body;
  }
  const headers = raw instanceof WholeRequest ? raw : request.headers;
  const buffered = body instanceof Uint8Array ? body : undefined;
  const formed = raw instanceof WholeRequest ? raw.formed : undefined;
  const known = formed && formSignatures.get(formed.form);
  if (known && buffered !== undefined && issued !== undefined) {
    if (known.isGood(formed, buffered, issued.secretAccessKey, Date.now())) return body;
  }
  const result = verifySignature(
    { method, path, query, headers, body: buffered, service },
    () => issued?.secretAccessKey,
    // Callers sign in real time, whatever time it is on the platform.
    Date.now(),
  );
  if (!result.ok) throw signatureError(result);
  if (formed !== undefined && known === undefined)
    formSignatures.set(formed.form, FormSignature.of(formed) ?? false);
  if (result.payloadHash.startsWith(SIGNED_CHUNKS) && issued !== undefined) {
    request.chunkSignatures = new SignedChunks(
      result.seed,
      issued.secretAccessKey,
      result.payloadHash.endsWith('-TRAILER'),
    );
  }
  const isVerified = body instanceof Uint8Array || !SHA256_HEX.test(result.payloadHash);
  return isVerified ? body : verified(body, result.payloadHash);
}

/**
 * Whether a presigned URL of S3 is in its time, all that is looked at where credentials are taken as claimed.
 * @throws ServiceError AccessDenied, AuthorizationQueryParametersError
 */
export function checkPresigned(request: WireRequest): void {
  const { method, path, query } = request;
  if (query === '' || request.header('authorization') !== undefined) return;
  const older = v2Claim(undefined, query);
  if (older?.expires !== undefined) refuse(checkV2Expiry(older.expires, Date.now()));
  if (!query.includes('X-Amz-Algorithm=')) return;
  const signed = { method, path, query, headers: request.headers, body: undefined, service: 's3' };
  refuse(presignedFault(signed, Date.now()));
}

/** Whether a request claims no signature of any kind. */
export function isAnonymous(request: WireRequest): boolean {
  const { query } = request;
  if (request.header('authorization') !== undefined) return false;
  return !query.includes('X-Amz-Algorithm=') && !query.includes('AWSAccessKeyId=');
}

function verifyOlder(
  claim: V2Claim,
  { method, path, query, headers }: WireRequest,
  { issued, hostBucket }: SignatureFacts,
): SignatureFailure | undefined {
  return verifyV2(claim, { method, path, query, headers, hostBucket }, issued?.secretAccessKey, Date.now());
}

function refuse(failure: SignatureFailure | undefined): void {
  if (failure !== undefined) throw signatureError(failure);
}

export function signatureError({ code, message, status, members }: SignatureFailure): ServiceError {
  return new ServiceError(code, message, status, members);
}

/** A streamed body whose signature nobody looks at still has to be what its sender says it is. */
export function claimedBody(request: WireRequest, body: Body): Body {
  const declared = body instanceof Uint8Array ? undefined : request.header('x-amz-content-sha256');
  if (body instanceof Uint8Array || declared === undefined || !SHA256_HEX.test(declared)) return body;
  return verified(body, declared);
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
