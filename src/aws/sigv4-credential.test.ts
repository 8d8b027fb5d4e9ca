import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorMs } from '../../test/support/processor-time.ts';
import { cachedKeyCount } from './sigv4-key.ts';
import { parseCredential, verifySignature, type SignatureResult, type SignedRequest } from './sigv4.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12, 0, 0);

function verify(request: SignedRequest): SignatureResult {
  return verifySignature(request, () => 'secret', NOW_MS);
}

function inQuery(credential: string, signature: string): string {
  const [id, mark] = [encodeURIComponent(credential), encodeURIComponent(signature)];
  const fixed =
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261121T120000Z&X-Amz-Expires=9&X-Amz-SignedHeaders=host';
  return `${fixed}&X-Amz-Credential=${id}&X-Amz-Signature=${mark}`;
}

describe('reading what was sent', () => {
  test('any text in any place gives a result, never an exception', () => {
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.constantFrom('', '/', '%', '%f', 'a/b/c/d/e', '=&='),
    );
    fc.assert(
      fc.property(text, text, text, text, text, (credential, names, signature, path, query) => {
        const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
        const headers = { host: 'h', 'x-amz-date': '20261121T120000Z', authorization };
        const request = { method: 'GET', headers, body: undefined };
        expect(verify({ ...request, path, query })).toHaveProperty('ok', false);
        expect(
          verify({ ...request, headers: {}, path, query: inQuery(credential, signature) }),
        ).toHaveProperty('ok', false);
        const parsed = parseCredential(`AWS4-${path}`, query);
        expect(parsed === undefined || typeof parsed.service === 'string').toBe(true);
      }),
    );
  });

  test('the credential scope is found in a header, whatever separates its parts, and in a query', () => {
    const wanted = { accessKeyId: 'key/with/slashes', date: '20261121', region: 'eu-west-1', service: 'sqs' };
    const scope = 'key/with/slashes/20261121/eu-west-1/sqs/aws4_request';
    for (const authorization of [
      `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`,
      `AWS4-HMAC-SHA256 SignedHeaders=host,Signature=00,Credential=${scope}`,
      `AWS4-HMAC-SHA256 Signature=00 Credential=${scope}`,
    ]) {
      expect(parseCredential(authorization, '')).toEqual(wanted);
    }
    const query = `Action=X&NotX-Amz-Credential=no&X-Amz-Credential=${encodeURIComponent(scope)}&y=z`;
    expect(parseCredential(undefined, query)).toEqual(wanted);
    expect(parseCredential('Basic abc', query)).toEqual(wanted);
  });

  test.each([
    '',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=a/b/c',
    'AWS4-HMAC-SHA256 XCredential=a/b/c/d/e',
    'Basic abc',
  ])('there is no credential scope in %j', (authorization) => {
    expect(parseCredential(authorization, 'X-Amz-Credential=a/b')).toBeUndefined();
  });

  test('hostile headers are read in linear time', () => {
    const authorization = `AWS4-HMAC-SHA256 ${'Credential='.repeat(50_000)}${'/'.repeat(500_000)}`;
    const query = 'X-Amz-Credential='.repeat(50_000);
    const takenMs = processorMs(() => {
      parseCredential(authorization, query);
      parseCredential(undefined, query);
      verify({
        method: 'GET',
        path: '%'.repeat(100_000),
        query,
        headers: { authorization },
        body: undefined,
      });
    });
    expect(takenMs).toBeLessThan(1000);
  });

  test('signing keys are remembered, but only so many', () => {
    for (let index = 0; index < 700; index += 1) {
      const authorization = `AWS4-HMAC-SHA256 Credential=AKID/20261121/r-${index}/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=00`;
      const headers = { host: 'h', 'x-amz-date': '20261121T120000Z', authorization };
      const result = verify({ method: 'GET', path: '/', query: '', headers, body: undefined });
      expect(result).toMatchObject({ code: 'InvalidSignatureException' });
    }
    expect(cachedKeyCount()).toBeGreaterThan(100);
    expect(cachedKeyCount()).toBeLessThanOrEqual(512);
  });
});
