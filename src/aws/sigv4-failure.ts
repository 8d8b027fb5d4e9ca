import { hash } from 'node:crypto';

/** Why a signature was refused, worded as the service would. `status` is what REST services and query services send. */
export interface SignatureFailure {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
  readonly status: 400 | 403;
  /** What S3 adds to the error. */
  readonly members?: Readonly<Record<string, string>>;
}

type Family = 's3' | 'ec2' | 'query' | 'json';

/** Signing names of services that answer with the query protocol's error codes. Everyone unknown has JSON's. */
const QUERY_SERVICES = new Set([
  'autoscaling',
  'cloudformation',
  'cloudfront',
  'elasticache',
  'elasticbeanstalk',
  'elasticloadbalancing',
  'iam',
  'monitoring',
  'rds',
  'redshift',
  'route53',
  'sns',
  'sqs',
  'sts',
]);

function familyOf(service: string | undefined): Family {
  if (service === undefined) return 'json';
  if (service === 's3' || service === 's3express' || service === 's3-object-lambda') return 's3';
  if (service === 'ec2') return 'ec2';
  return QUERY_SERVICES.has(service) ? 'query' : 'json';
}

export function isS3(service: string | undefined): boolean {
  return familyOf(service) === 's3';
}

function failure(code: string, message: string, status: 400 | 403 = 403): SignatureFailure {
  return { ok: false, code, message, status };
}

type CodeAndText = readonly [code: string, message: string];

const INVALID_TOKEN = 'The security token included in the request is invalid.';
const REQUEST_LACKS_TOKEN = 'Request is missing Authentication Token';

const MISSING_TOKEN: Readonly<Record<Family, CodeAndText>> = {
  s3: ['AccessDenied', 'Access Denied'],
  ec2: ['MissingAuthenticationToken', REQUEST_LACKS_TOKEN],
  query: ['MissingAuthenticationToken', REQUEST_LACKS_TOKEN],
  json: ['MissingAuthenticationTokenException', 'Missing Authentication Token'],
};

const UNKNOWN_KEY: Readonly<Record<Family, CodeAndText>> = {
  s3: ['InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'],
  ec2: ['AuthFailure', 'AWS was not able to validate the provided access credentials'],
  query: ['InvalidClientTokenId', INVALID_TOKEN],
  json: ['UnrecognizedClientException', INVALID_TOKEN],
};

const INVALID_CODE: Readonly<Record<Family, string>> = {
  s3: 'SignatureDoesNotMatch',
  ec2: 'AuthFailure',
  query: 'SignatureDoesNotMatch',
  json: 'InvalidSignatureException',
};

/** The request carries no signature at all. */
export function missingToken(service: string | undefined): SignatureFailure {
  return failure(...MISSING_TOKEN[familyOf(service)]);
}

/** Nobody has this access key. */
export function unknownKey(service: string): SignatureFailure {
  return failure(...UNKNOWN_KEY[familyOf(service)]);
}

/** Temporary credentials that have ended. */
export function expiredToken(service: string): SignatureFailure {
  const family = familyOf(service);
  if (family === 's3') return failure('ExpiredToken', 'The provided token has expired.', 400);
  const code = family === 'json' ? 'ExpiredTokenException' : 'ExpiredToken';
  return failure(code, 'The security token included in the request is expired');
}

/** The signature is another one than ours. */
export function mismatch(service: string): SignatureFailure {
  const computed = 'The request signature we calculated does not match the signature you provided.';
  return isS3(service)
    ? failure('SignatureDoesNotMatch', `${computed} Check your key and signing method.`)
    : invalid(
        service,
        `${computed} Check your AWS Secret Access Key and signing method. Consult the service documentation for details.`,
      );
}

/** The signature may be right, but not for this request: scope, signed headers or time. Not for S3. */
export function invalid(service: string, message: string): SignatureFailure {
  return failure(INVALID_CODE[familyOf(service)], message);
}

/** The signature lacks a part or has one that cannot be read. Not for S3. */
export function incomplete(service: string | undefined, message: string): SignatureFailure {
  return failure(
    familyOf(service) === 'json' ? 'IncompleteSignatureException' : 'IncompleteSignature',
    message,
    400,
  );
}

/** The parts that an Authorization header should have had. AWS shows the header's hash, never the header. */
export function missingParts(
  service: string | undefined,
  authorization: string,
  missing: readonly string[],
): SignatureFailure {
  const wanted = missing.map((part) => `Authorization header requires ${part}. `).join('');
  const digest = hash('sha256', authorization, 'base64');
  return incomplete(
    service,
    `${wanted}(Hashed with SHA-256 and encoded with Base64) Authorization=${digest}`,
  );
}

/** S3's own error for a header (`presigned` false) or query (true) that it cannot read. */
export function malformedS3(presigned: boolean, detail: string): SignatureFailure {
  return presigned
    ? failure('AuthorizationQueryParametersError', detail, 400)
    : failure('AuthorizationHeaderMalformed', `The authorization header is malformed; ${detail}`, 400);
}

/** A presigned S3 request must have every parameter; others have defaults. */
export function missingS3Parameters(): SignatureFailure {
  return malformedS3(
    true,
    'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
  );
}

export function s3Denied(message: string): SignatureFailure {
  return failure('AccessDenied', message);
}

/** A presigned URL whose time is over. @param expires its X-Amz-Expires, seconds */
export function s3Expired(expires: string | undefined, endMs: number, nowMs: number): SignatureFailure {
  const members = {
    ...(expires !== undefined && { 'X-Amz-Expires': expires }),
    Expires: secondsText(endMs),
    ServerTime: secondsText(nowMs),
  };
  return { ...s3Denied('Request has expired'), members };
}

function secondsText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

export function s3Skewed(): SignatureFailure {
  return failure(
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
  );
}

export function s3PayloadMismatch(): SignatureFailure {
  return failure(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    400,
  );
}

export function s3PayloadHeader(present: boolean): SignatureFailure {
  return present
    ? failure(
        'InvalidArgument',
        'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
        400,
      )
    : failure('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256', 400);
}

/** Another signing algorithm than Signature Version 4's HMAC. */
export function s3Unsupported(): SignatureFailure {
  return failure(
    'InvalidRequest',
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    400,
  );
}
