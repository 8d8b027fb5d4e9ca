import { createHash, createHmac } from 'node:crypto';

const SCOPE_END = 'us-east-1/lambda/aws4_request';

/**
 * The whole of a request as an AWS SDK sends it, signed with the key `test` and the secret `test`.
 * @param more header lines that are not signed
 */
export function invokeRequest(
  host: string,
  path: string,
  body: string,
  at: Date,
  more: readonly string[] = [],
): Buffer {
  const agent = 'ua/2.1 os/linux#6.1 lang/js md/nodejs#24.21.0 api/lambda#3.1162.0 m/E,N';
  const lines = [
    `POST ${path} HTTP/1.1`,
    ...signedHeaders(host, path, body, at),
    ...more,
    `user-agent: aws-sdk-js/3.1162.0 ${agent}`,
    'connection: keep-alive',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

function signedHeaders(host: string, path: string, body: string, at: Date): string[] {
  const time = at.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const hash = sha256(body);
  const headers: readonly (readonly [string, string])[] = [
    ['amz-sdk-invocation-id', '2f4c1d8e-6c1b-4c56-8a43-2d2f3f0f9a11'],
    ['amz-sdk-request', 'attempt=1; max=3'],
    ['content-length', String(Buffer.byteLength(body))],
    ['content-type', 'application/octet-stream'],
    ['host', host],
    ['x-amz-content-sha256', hash],
    ['x-amz-date', time],
    ['x-amz-user-agent', 'aws-sdk-js/3.1162.0'],
  ];
  const names = headers.map(([name]) => name).join(';');
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('');
  const canonical = `POST\n${path}\n\n${lines}\n${names}\n${hash}`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${day}/${SCOPE_END}\n${sha256(canonical)}`;
  const key = [day, 'us-east-1', 'lambda', 'aws4_request'].reduce(hmac, Buffer.from('AWS4test'));
  const authorization =
    `AWS4-HMAC-SHA256 Credential=test/${day}/${SCOPE_END}, SignedHeaders=${names}, ` +
    `Signature=${hmac(key, toSign).toString('hex')}`;
  return [...headers.map(([name, value]) => `${name}: ${value}`), `authorization: ${authorization}`];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
