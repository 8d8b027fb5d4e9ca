import { queryParameter, splitCredential, type Credential, type SignatureClaim } from './sigv4-credential.ts';
import * as fail from './sigv4-failure.ts';
import type { SignedHeaders } from './sigv4-headers.ts';
import { formatSigningTime, parseSigningTime } from './sigv4-time.ts';

/** A claim whose parts are all there and well-formed. Whether it is true is yet to be seen. */
export interface ReadClaim {
  readonly presigned: boolean;
  readonly credential: Credential;
  readonly signedHeaders: readonly string[];
  /** The same as it was sent, separated by `;`. */
  readonly signedNames: string;
  readonly signature: string;
  /** `yyyymmddThhmmssZ`, as it was signed. */
  readonly timestamp: string;
  readonly signedAtMs: number;
}

interface ClaimSource {
  readonly headers: SignedHeaders;
  readonly query: string;
  readonly service?: string | undefined;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const S3_CREDENTIAL_FORMAT =
  'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".';

/** Reads what a request claims; a failure in the service's words when a part is missing or malformed. */
export function readClaim(
  claim: SignatureClaim | undefined,
  source: ClaimSource,
): ReadClaim | fail.SignatureFailure {
  if (claim === undefined) return fail.missingToken(source.service);
  const scope = claim.credential === undefined ? undefined : splitCredential(claim.credential);
  const service = scope?.credential.service ?? source.service;
  if (claim.algorithm !== ALGORITHM) return unsupportedAlgorithm(claim, service);
  const timestamp = claimedTime(claim, source);
  const { credential, signedHeaders, signature } = claim;
  if (!credential || !signedHeaders || !signature || !timestamp) {
    return missingParts(claim, source.headers.header('authorization'), timestamp, service);
  }
  if (scope === undefined) return malformedCredential(claim, credential, service);
  const signedAtMs = parseSigningTime(timestamp);
  if (signedAtMs === undefined) return malformedTime(claim, timestamp, scope.credential.service);
  if (scope.terminator !== 'aws4_request') return wrongTerminator(claim, scope);
  return {
    presigned: claim.presigned,
    credential: scope.credential,
    signedHeaders: namesIn(signedHeaders),
    signedNames: signedHeaders,
    signature,
    timestamp,
    signedAtMs,
  };
}

/** Clients of one kind sign the same headers, always. */
const knownNames = new Map<string, readonly string[]>();
const MOST_KNOWN = 200;

function namesIn(signedHeaders: string): readonly string[] {
  const known = knownNames.get(signedHeaders);
  if (known !== undefined) return known;
  // A copy: a slice would keep the whole head it was cut from.
  const own = Buffer.from(signedHeaders).toString();
  const names = own.split(';');
  if (knownNames.size < MOST_KNOWN) knownNames.set(own, names);
  return names;
}

function claimedTime(claim: SignatureClaim, source: ClaimSource): string | undefined {
  if (claim.presigned) return queryParameter(source.query, 'X-Amz-Date');
  const amzDate = source.headers.header('x-amz-date');
  if (amzDate !== undefined) return amzDate;
  const date = source.headers.header('date');
  if (date === undefined) return undefined;
  // An RFC 1123 date is signed in the basic format all the same.
  const timeMs = Date.parse(date);
  return Number.isNaN(timeMs) ? date : formatSigningTime(timeMs);
}

function unsupportedAlgorithm(claim: SignatureClaim, service: string | undefined): fail.SignatureFailure {
  if (fail.isS3(service) && claim.presigned) {
    return fail.malformedS3(true, `X-Amz-Algorithm only supports "${ALGORITHM}"`);
  }
  if (fail.isS3(service)) return fail.s3Unsupported();
  return fail.incomplete(
    service,
    `Unsupported AWS 'algorithm': '${claim.algorithm}' (only ${ALGORITHM} for now). `,
  );
}

function missingParts(
  claim: SignatureClaim,
  authorization: string | undefined,
  timestamp: string | undefined,
  service: string | undefined,
): fail.SignatureFailure {
  const missing: string[] = [];
  if (!claim.credential) missing.push("'Credential' parameter");
  if (!claim.signature) missing.push("'Signature' parameter");
  if (!claim.signedHeaders) missing.push("'SignedHeaders' parameter");
  if (!timestamp) missing.push("existence of either a 'X-Amz-Date' or a 'Date' header");
  if (!fail.isS3(service)) return fail.missingParts(service, authorization ?? '', missing);
  if (claim.presigned) return fail.missingS3Parameters();
  return timestamp
    ? fail.malformedS3(false, `missing ${missing.join(', ')}.`)
    : fail.s3Denied('AWS authentication requires a valid Date or x-amz-date header');
}

function malformedCredential(
  claim: SignatureClaim,
  credential: string,
  service: string | undefined,
): fail.SignatureFailure {
  if (fail.isS3(service)) {
    return fail.malformedS3(
      claim.presigned,
      claim.presigned
        ? `Error parsing the X-Amz-Credential parameter; ${S3_CREDENTIAL_FORMAT}`
        : S3_CREDENTIAL_FORMAT,
    );
  }
  return fail.incomplete(
    service,
    `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
  );
}

function malformedTime(claim: SignatureClaim, timestamp: string, service: string): fail.SignatureFailure {
  if (!fail.isS3(service)) {
    return fail.incomplete(
      service,
      `Date must be in ISO-8601 'basic format'. Got '${timestamp}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  return claim.presigned
    ? fail.malformedS3(true, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
    : fail.s3Denied('AWS authentication requires a valid Date or x-amz-date header');
}

function wrongTerminator(
  claim: SignatureClaim,
  scope: { readonly credential: Credential; readonly terminator: string },
): fail.SignatureFailure {
  const { service } = scope.credential;
  if (fail.isS3(service)) return fail.malformedS3(claim.presigned, S3_CREDENTIAL_FORMAT);
  return fail.invalid(
    service,
    `Credential should be scoped with a valid terminator: 'aws4_request', not '${scope.terminator}'.`,
  );
}
