import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifySignature, type SignatureResult, type SignedRequest } from './sigv4.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12, 0, 0);
const KEY = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const credentials = { ...KEY, sessionToken: 'token/with+signs==' };
const lambda = new LambdaClient({ region: 'us-east-1', credentials });
const s3 = new S3Client({ region: 'us-east-1', credentials });

interface Unsigned {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string | string[]>;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

type Signed = Omit<Unsigned, 'query'> & { readonly query: string };

/** Signed by the very signers that the SDK's clients use. */
async function sign(request: Unsigned, service: string, presigned = false): Promise<Signed> {
  const scheme = { name: 'sigv4', signingName: service, signingRegion: 'eu-west-1', properties: {} };
  const signer = service === 's3' ? await s3.config.signer(scheme) : await lambda.config.signer(scheme);
  const input = {
    ...request,
    protocol: 'http:',
    hostname: 'localhost',
    headers: { host: 'localhost:4566', ...request.headers },
  };
  const options = { signingDate: new Date(NOW_MS), signingRegion: 'eu-west-1', signingService: service };
  if (presigned && !('presign' in signer)) throw new Error('this signer cannot presign');
  const signed = await (presigned && 'presign' in signer
    ? (signer as Presigner).presign(input, { ...options, expiresIn: 60 })
    : signer.sign(input, options));
  return { ...request, headers: signed.headers, query: rawQuery(signed.query ?? {}) };
}

interface Presigner {
  presign(
    request: object,
    options: object,
  ): Promise<{ headers: Record<string, string>; query?: Unsigned['query'] }>;
}

function rawQuery(query: Readonly<Record<string, string | string[] | null>>): string {
  return Object.entries(query)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value ?? '']).map((one) => `${escape(name)}=${escape(one)}`),
    )
    .join('&');
}

/** Leaves more characters alone than signers do, as browsers and curl do. */
function escape(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+');
}

const strict = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (reserved) => `%${reserved.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function verify(request: SignedRequest, nowMs = NOW_MS): SignatureResult {
  return verifySignature(request, (id) => (id === KEY.accessKeyId ? KEY.secretAccessKey : undefined), nowMs);
}

const segment = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom('a:b', 'x$y', 'q%2Fr'),
);
const requests: fc.Arbitrary<Unsigned> = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
  path: fc.array(segment.map(strict), { maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
  query: fc.dictionary(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }).filter((name) => !/^x-amz/i.test(name)),
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 3 }),
    ),
    { maxKeys: 4, noNullPrototype: true },
  ),
  headers: fc.dictionary(
    fc.stringMatching(/^(x-amz-meta|x)-[a-m]{1,4}$/),
    fc.stringMatching(/^[!-~][ -~]{0,12}$/),
    {
      maxKeys: 4,
      noNullPrototype: true,
    },
  ),
  body: fc.uint8Array({ maxLength: 50 }),
});
const services = fc.constantFrom('lambda', 's3', 'sts');

describe('signatures of the SDK', () => {
  test('every signed request verifies', async () => {
    await fc.assert(
      fc.asyncProperty(requests, services, async (request, service) => {
        expect(verify(await sign(request, service))).toMatchObject({
          ok: true,
          accessKeyId: KEY.accessKeyId,
          region: 'eu-west-1',
          service,
          sessionToken: credentials.sessionToken,
        });
      }),
    );
  });

  test('every presigned request verifies, its headers in the query', async () => {
    await fc.assert(
      fc.asyncProperty(requests, services, async (request, service) => {
        const unsigned =
          service === 's3'
            ? { ...request, headers: { ...request.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }
            : { ...request, body: new Uint8Array() };
        const signed = await sign(unsigned, service, true);
        expect(signed.headers['authorization']).toBeUndefined();
        expect(verify(signed)).toMatchObject({ ok: true, service, sessionToken: credentials.sessionToken });
        expect(verify(signed, NOW_MS + 60_000)).toMatchObject({ ok: true });
        expect(verify(signed, NOW_MS + 61_000)).toMatchObject({ ok: false });
      }),
    );
  });

  test('any one changed character of method, path, query, header or body breaks the signature', async () => {
    await fc.assert(
      fc.asyncProperty(
        requests,
        services,
        fc.nat(),
        fc.constantFrom(...PARTS),
        async (request, service, at, part) => {
          const signed = await sign(request, service);
          const changed = change(signed, part, at);
          fc.pre(changed !== undefined);
          expect(verify(changed ?? signed)).toMatchObject({ ok: false });
        },
      ),
      { numRuns: 500 },
    );
  });

  test('dot segments and double slashes are folded, but not for S3', async () => {
    const request = {
      method: 'GET',
      path: '/a//./b/../c%20d/',
      query: {},
      headers: {},
      body: new Uint8Array(),
    };
    const signed = await sign(request, 'lambda');
    expect(verify(signed)).toMatchObject({ ok: true });
    expect(verify({ ...signed, path: '/a/c%20d/' })).toMatchObject({ ok: true });
    expect(verify({ ...signed, path: '/a/b/c%20d/' })).toMatchObject({ ok: false });
    const onS3 = await sign(request, 's3');
    expect(verify(onS3)).toMatchObject({ ok: true });
    expect(verify({ ...onS3, path: '/a/c%20d/' })).toMatchObject({ ok: false });
  });

  test('the host may come as HTTP/2 sends it', async () => {
    const { headers, ...rest } = await sign(
      { method: 'POST', path: '/', query: {}, headers: {}, body: new Uint8Array() },
      'kinesis',
    );
    const { host, ...others } = headers;
    expect(verify({ ...rest, headers: { ...others, ':authority': host } })).toMatchObject({ ok: true });
    expect(verify({ ...rest, headers: { ...others, ':authority': 'elsewhere' } })).toMatchObject({
      ok: false,
    });
  });

  test('a body that still streams is left to the caller, with its hash', async () => {
    const signed = await sign(
      { method: 'PUT', path: '/b/k', query: {}, headers: {}, body: Buffer.from('abc') },
      's3',
    );
    const payloadHash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(verify({ ...signed, body: undefined })).toMatchObject({ ok: true, payloadHash });
  });

  test.each(['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'])(
    '%s signs every body',
    async (payloadHash) => {
      const headers = { 'x-amz-content-sha256': payloadHash };
      const signed = await sign(
        { method: 'PUT', path: '/b/k', query: {}, headers, body: Buffer.from('abc') },
        's3',
      );
      expect(verify({ ...signed, body: Buffer.from('other') })).toMatchObject({ ok: true, payloadHash });
    },
  );
});

const PARTS = ['method', 'path', 'query', 'header', 'body', 'name'] as const;

/** The request with one character of a part replaced by one that means something else. */
function change(signed: Signed, part: (typeof PARTS)[number], at: number): Signed | undefined {
  switch (part) {
    case 'method':
      return { ...signed, method: signed.method === 'GET' ? 'HEAD' : 'GET' };
    case 'path':
      return { ...signed, path: swapped(signed.path, 1 + (at % signed.path.length)) };
    case 'query': {
      const query = signed.query === '' ? 'a' : swapped(signed.query, at % signed.query.length);
      return query === signed.query ? undefined : { ...signed, query };
    }
    case 'header':
    case 'name': {
      const names = Object.keys(signed.headers).filter((name) => name !== 'authorization');
      const name = names[at % names.length] ?? '';
      const { [name]: value = '', ...headers } = signed.headers;
      if (part === 'name') return { ...signed, headers: { ...headers, [`${name}x`]: value } };
      return { ...signed, headers: { ...headers, [name]: swapped(value, at % value.length) } };
    }
    case 'body':
    default: {
      if (signed.body.byteLength === 0) return { ...signed, body: Buffer.from('x') };
      const body = Uint8Array.from(signed.body);
      body[at % body.byteLength] = (body[at % body.byteLength] ?? 0) ^ 1;
      return { ...signed, body };
    }
  }
}

/** A letter in the place of whatever was there; never one that only changes the case of an escape. */
function swapped(text: string, at: number): string {
  return `${text.slice(0, at)}${text[at] === 'z' ? 'y' : 'z'}${text.slice(at + 1)}`;
}
