import { createHash, createHmac } from 'node:crypto';

export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Of S3's requests, made at some time. */
export interface PresignOptions {
  readonly keys: SigningKeys;
  readonly method?: string;
  readonly expiresIn?: number;
  readonly at?: Date;
}

/** A URL that anybody can use until it ends, signed as the SDKs do today. */
export function presign(target: string, options: PresignOptions): string {
  const { keys, method = 'GET', expiresIn = 60, at = new Date() } = options;
  const url = new URL(target);
  const time = at.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
  for (const [name, value] of Object.entries({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${keys.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(expiresIn),
    'X-Amz-SignedHeaders': 'host',
  }))
    url.searchParams.set(name, value);
  url.searchParams.sort();
  const query = url.search.slice(1).replaceAll('+', '%20');
  const canonical = [method, url.pathname, query, `host:${url.host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join(
    '\n',
  );
  const hash = createHash('sha256').update(canonical).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, hash].join('\n');
  const signature = hmac(keyOf(keys, time.slice(0, 8)), toSign).toString('hex');
  return `${url.origin}${url.pathname}?${query}&X-Amz-Signature=${signature}`;
}

function keyOf({ secretAccessKey }: SigningKeys, date: string): string | Buffer {
  return [date, 'us-east-1', 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** The same as boto3 does where nobody tells it otherwise. */
export function presignV2(target: string, { keys, method = 'GET', expiresIn = 60 }: PresignOptions): string {
  const url = new URL(target);
  const expires = String(Math.floor(Date.now() / 1000) + expiresIn);
  const toSign = `${method}\n\n\n${expires}\n${url.pathname}`;
  const signature = createHmac('sha1', keys.secretAccessKey).update(toSign).digest('base64');
  for (const [name, value] of Object.entries({
    AWSAccessKeyId: keys.accessKeyId,
    Expires: expires,
    Signature: signature,
  }))
    url.searchParams.set(name, value);
  return url.href;
}

/** The fields of a form for uploads, signed as the SDKs do. @param conditions beside those of the signature itself */
export function signedForm(
  fields: Readonly<Record<string, string>>,
  conditions: readonly unknown[],
  { keys, expiresIn = 60 }: PresignOptions,
): Record<string, string> {
  const now = new Date();
  const date = now.toISOString().slice(0, 10).replaceAll('-', '');
  const signature = {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${keys.accessKeyId}/${date}/us-east-1/s3/aws4_request`,
    'x-amz-date': `${date}T000000Z`,
  };
  const expiration = new Date(now.getTime() + expiresIn * 1000).toISOString();
  const all = [...conditions, ...Object.entries(signature).map(([name, value]) => ({ [name]: value }))];
  const policy = Buffer.from(JSON.stringify({ expiration, conditions: all })).toString('base64');
  return {
    ...fields,
    ...signature,
    policy,
    'x-amz-signature': hmac(keyOf(keys, date), policy).toString('hex'),
  };
}

/** Posts a form with a file, as a page does. */
export async function postForm(
  url: string,
  fields: Readonly<Record<string, string>>,
  content: string | undefined,
): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  if (content !== undefined) body.set('file', new Blob([content], { type: 'text/plain' }), 'from-disk.txt');
  return await fetch(url, { method: 'POST', body, redirect: 'manual' });
}
