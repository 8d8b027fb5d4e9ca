import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { parseQuery } from './request.ts';
import { queryParameter, type Credential } from './sigv4-credential.ts';
import * as fail from './sigv4-failure.ts';
import { checkV2Expiry, checkV2Time } from './sigv2-time.ts';

/** What a request in S3's older Signature Version 2 says of its own signature. */
export interface V2Claim {
  readonly accessKeyId: string;
  /** Base64 */
  readonly signature: string;
  /** Seconds since the epoch, as sent; undefined when the signature stands in the header. */
  readonly expires: string | undefined;
}

export interface V2Request {
  readonly method: string;
  /** Raw, as sent: still percent-encoded, without the query. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** The bucket in the host name, which is signed as the first part of the path. */
  readonly hostBucket: string | undefined;
}

/** Query parameters that are signed; others may be added freely. */
const SIGNED_PARAMETERS: ReadonlySet<string> = new Set(
  (
    'accelerate acl analytics cors delete encryption inventory legal-hold lifecycle location logging metrics ' +
    'notification object-lock ownershipControls partNumber policy policyStatus publicAccessBlock replication ' +
    'requestPayment response-cache-control response-content-disposition response-content-encoding ' +
    'response-content-language response-content-type response-expires restore retention select select-type ' +
    'tagging torrent uploadId uploads versionId versioning versions website'
  ).split(' '),
);

/** S3's older signature, which boto3 still presigns with: `AWS key:signature`, or three query parameters. */
export function v2Claim(authorization: string | undefined, rawQuery: string): V2Claim | undefined {
  if (authorization !== undefined) {
    const [, accessKeyId, signature] = /^AWS ([^:\s]+):(\S+)$/.exec(authorization) ?? [];
    return accessKeyId === undefined || signature === undefined
      ? undefined
      : { accessKeyId, signature, expires: undefined };
  }
  if (!rawQuery.includes('AWSAccessKeyId=')) return undefined;
  const accessKeyId = queryParameter(rawQuery, 'AWSAccessKeyId');
  const signature = queryParameter(rawQuery, 'Signature');
  const expires = queryParameter(rawQuery, 'Expires');
  // Without Expires it is the query protocol's signature, which nobody writes any more.
  if (accessKeyId === undefined || expires === undefined) return undefined;
  return { accessKeyId, signature: signature ?? '', expires };
}

/** As it stands for a request in the newer version; the region is not told. */
export function v2Credential({ accessKeyId }: V2Claim): Credential {
  return { accessKeyId, date: '', region: '', service: 's3' };
}

/** Verifies the older signature. @returns why not, in S3's words */
export function verifyV2(
  claim: V2Claim,
  request: V2Request,
  secret: string | undefined,
  nowMs: number,
): fail.SignatureFailure | undefined {
  const { headers } = request;
  const late =
    claim.expires === undefined
      ? checkV2Time(single(headers['x-amz-date']) ?? headers.date, nowMs)
      : checkV2Expiry(claim.expires, nowMs);
  if (late !== undefined) return late;
  if (secret === undefined) return fail.unknownKey('s3');
  const computed = createHmac('sha1', secret).update(textToSign(claim, request)).digest();
  const sent = Buffer.from(claim.signature, 'base64');
  const isRight = sent.length === computed.length && timingSafeEqual(computed, sent);
  return isRight ? undefined : fail.mismatch('s3');
}

/** What is signed: five lines, the `x-amz-` headers, the path with its sub-resources. */
export function textToSign(claim: V2Claim, request: V2Request): string {
  const { method, path, query, hostBucket } = request;
  const parameters = parseQuery(query);
  // What a presigned URL carries in its query counts as headers.
  const fromQuery = [...parameters].filter(([name]) => name.startsWith('x-amz-') || FROM_QUERY.has(name));
  const headers: IncomingHttpHeaders = {
    ...Object.fromEntries(fromQuery.map(([name, values]) => [name, values.join(',')])),
    ...request.headers,
  };
  const amz = Object.keys(headers)
    .filter((name) => name.startsWith('x-amz-'))
    .sort()
    .map((name) => `${name}:${(single(headers[name]) ?? '').trim().replace(/\s*\n\s*/g, ' ')}\n`);
  const date = claim.expires ?? (headers['x-amz-date'] === undefined ? (headers.date ?? '') : '');
  const resource = (hostBucket === undefined ? '' : `/${hostBucket}`) + path;
  const signed = [...parameters]
    .filter(([name]) => SIGNED_PARAMETERS.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, [value = '']]) => (value === '' ? name : `${name}=${value}`));
  const lines = [method, single(headers['content-md5']) ?? '', headers['content-type'] ?? '', date];
  return `${lines.join('\n')}\n${amz.join('')}${resource}${signed.length === 0 ? '' : `?${signed.join('&')}`}`;
}

const FROM_QUERY: ReadonlySet<string> = new Set(['content-md5', 'content-type']);

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
