import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { sha256 } from './sigv4-body.ts';
import { canonicalHeaders, canonicalPath, canonicalQuery, canonicalS3Path } from './sigv4-canonical.ts';
import {
  authorizationParameter,
  queryParameter,
  signatureClaim,
  splitCredential,
  type Credential,
} from './sigv4-credential.ts';
import * as fail from './sigv4-failure.ts';
import { signedHeaders, type SignedHeaders } from './sigv4-headers.ts';
import { signingKey } from './sigv4-key.ts';
import { readClaim, type ReadClaim } from './sigv4-claim.ts';
import { checkExpiry, checkSkew } from './sigv4-time.ts';

/** The parts of an HTTP request that its signature covers. */
export interface SignedRequest {
  readonly method: string;
  /** Raw, as sent: still percent-encoded, without the query. */
  readonly path: string;
  /** Raw, as sent, without the `?`. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders | SignedHeaders;
  /** `undefined` while it is still streaming: the caller must then check it against `payloadHash` itself. */
  readonly body: Uint8Array | undefined;
  /** Signing name of the service, if known: words the errors of requests that carry no credential scope. */
  readonly service?: string | undefined;
}

/** The same with its headers as they are read here. */
type ReadRequest = SignedRequest & { readonly headers: SignedHeaders };

export type SignatureResult =
  | {
      readonly ok: true;
      readonly accessKeyId: string;
      readonly region: string;
      readonly service: string;
      readonly sessionToken: string | undefined;
      /** What was signed for the body: its SHA-256 in hex, `UNSIGNED-PAYLOAD` or `STREAMING-...`. */
      readonly payloadHash: string;
      /** What the signatures of a STREAMING- body's chunks start from. */
      readonly seed: ChunkSeed;
    }
  | fail.SignatureFailure;

/** The signature of a request's head, and what it was made with. */
export interface ChunkSeed {
  readonly credential: Credential;
  readonly timestamp: string;
  readonly signature: string;
}

const UNSIGNED = 'UNSIGNED-PAYLOAD';
const SHA256_HEX = /^[0-9a-f]{64}$/;

/**
 * The credential scope a request claims, from its Authorization header or X-Amz-Credential, nothing verified: enough to
 * know which service it is for. `undefined` when there is none.
 */
export function parseCredential(authorization: string | undefined, rawQuery: string): Credential | undefined {
  const text = authorization?.startsWith('AWS4-')
    ? authorizationParameter(authorization, 'Credential=')
    : queryParameter(rawQuery, 'X-Amz-Credential');
  return text === undefined ? undefined : splitCredential(text)?.credential;
}

/**
 * Verifies AWS Signature Version 4 in a header or a presigned query. `secretOf` gives an access key's secret. The
 * signatures of the chunks of a STREAMING- body are for `SignedChunks` to verify. Errors are values, worded as the
 * service words them; 5 µs for a small request whose signing key is known, plus hashing the body.
 */
export function verifySignature(
  signed: SignedRequest,
  secretOf: (accessKeyId: string) => string | undefined,
  nowMs: number,
): SignatureResult {
  const request = { ...signed, headers: signedHeaders(signed.headers) };
  const claim = readClaim(signatureClaim(request.headers.header('authorization'), request.query), request);
  if ('ok' in claim) return claim;
  const { accessKeyId, region, service } = claim.credential;
  const refused =
    checkAge(claim, request, nowMs) ?? checkScope(claim) ?? checkSignedHeaders(claim, request.headers);
  if (refused) return refused;
  const secret = secretOf(accessKeyId);
  if (secret === undefined) return fail.unknownKey(service);
  const payloadHash = signedPayloadHash(claim, request);
  if (typeof payloadHash !== 'string') return payloadHash;
  if (!signatureMatches(claim, request, payloadHash, secret)) return fail.mismatch(service);
  const sessionToken = sessionTokenOf(request.headers.header('x-amz-security-token'), request.query);
  return { ok: true, accessKeyId, region, service, sessionToken, payloadHash, seed: claim };
}

/** Why a presigned request comes too late or early, or is none; undefined for those that are not presigned. */
export function presignedFault(request: SignedRequest, nowMs: number): fail.SignatureFailure | undefined {
  const headers = signedHeaders(request.headers);
  const claim = readClaim(signatureClaim(headers.header('authorization'), request.query), {
    ...request,
    headers,
  });
  if ('ok' in claim) return claim;
  return checkAge(claim, { ...request, headers }, nowMs);
}

function checkAge(claim: ReadClaim, request: ReadRequest, nowMs: number): fail.SignatureFailure | undefined {
  const { service } = claim.credential;
  if (!claim.presigned) return checkSkew(service, claim.signedAtMs, nowMs);
  return checkExpiry(service, claim.signedAtMs, queryParameter(request.query, 'X-Amz-Expires'), nowMs);
}

function checkScope(claim: ReadClaim): fail.SignatureFailure | undefined {
  const { date, service } = claim.credential;
  const day = claim.timestamp.slice(0, 8);
  if (date === day) return undefined;
  return fail.isS3(service)
    ? fail.malformedS3(
        claim.presigned,
        `Invalid credential date "${date}". This date is not the same as X-Amz-Date: "${day}".`,
      )
    : fail.invalid(
        service,
        `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${day}', from '${claim.timestamp}'.`,
      );
}

/** Host and every `x-amz-` header must be signed: one that is not could be added or changed on the way. */
function checkSignedHeaders(claim: ReadClaim, headers: SignedHeaders): fail.SignatureFailure | undefined {
  const { service } = claim.credential;
  const signed = claim.signedHeaders;
  // Clients of HTTP/2 sign the host by the name it has there.
  const isHostSigned =
    signed.includes('host') || (signed.includes(':authority') && headers.header(':authority') !== undefined);
  const unsigned = isHostSigned ? headers.amzNameBeside(signed) : 'host';
  if (unsigned === undefined) return undefined;
  if (fail.isS3(service)) {
    return fail.s3Denied('There were headers present in the request which were not signed');
  }
  const name = unsigned === 'host' ? "'Host' or ':authority'" : `'${unsigned}'`;
  return fail.invalid(service, `${name} must be a 'SignedHeader' in the AWS Authorization.`);
}

function signedPayloadHash(claim: ReadClaim, request: ReadRequest): string | fail.SignatureFailure {
  const s3 = fail.isS3(claim.credential.service);
  const declared = request.headers.header('x-amz-content-sha256') ?? presignedPayloadHash(claim, request);
  if (declared === undefined) {
    if (claim.presigned && s3) return UNSIGNED;
    return s3 ? fail.s3PayloadHeader(false) : sha256(request.body);
  }
  if (declared === UNSIGNED || declared.startsWith('STREAMING-')) return declared;
  if (request.body !== undefined && declared === sha256(request.body)) return declared;
  if (!SHA256_HEX.test(declared)) {
    return s3 ? fail.s3PayloadHeader(true) : fail.mismatch(claim.credential.service);
  }
  if (request.body === undefined) return declared;
  return s3 ? fail.s3PayloadMismatch() : fail.mismatch(claim.credential.service);
}

function presignedPayloadHash(claim: ReadClaim, request: ReadRequest): string | undefined {
  return claim.presigned ? queryParameter(request.query, 'X-Amz-Content-Sha256') : undefined;
}

function signatureMatches(
  claim: ReadClaim,
  request: ReadRequest,
  payloadHash: string,
  secret: string,
): boolean {
  const { date, region, service } = claim.credential;
  const path = fail.isS3(service) ? canonicalS3Path(request.path) : canonicalPath(request.path);
  const headers = canonicalHeaders(claim.signedHeaders, request.headers);
  const names = claim.signedNames;
  const canonical = `${request.method}\n${path}\n${canonicalQuery(request.query)}\n${headers}\n${names}\n${payloadHash}`;
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${claim.timestamp}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
  const computed = Buffer.from(signingKey(claim.credential, secret).hex(toSign));
  const claimed = Buffer.from(claim.signature);
  return computed.length === claimed.length && timingSafeEqual(computed, claimed);
}

/** The session token that comes with temporary credentials: in a header, or in the query of a presigned request. */
export function sessionTokenOf(header: string | undefined, rawQuery: string): string | undefined {
  return (
    header ??
    queryParameter(rawQuery, 'X-Amz-Security-Token') ??
    // The older signature keeps the header's name.
    queryParameter(rawQuery, 'x-amz-security-token')
  );
}
