import { createHash, createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { rootCaller } from '../model/identity/caller-identity.ts';
import { authenticate, signatureError } from './authentication.ts';
import { FormedHeaders } from './fast-lane-formed-headers.ts';
import { newMemory } from './fast-lane-forms.ts';
import { RequestScanner, type WholeRequest } from './fast-lane-request.ts';
import { WireRequest } from './request.ts';
import { verifySignature } from './sigv4.ts';
import { FormSignature } from './sigv4-form.ts';

const socket = new Socket();
const SECRETS: Readonly<Record<string, string>> = { AKID: 'secret', AKIE: 'other' };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const timeOf = (ms: number): string => new Date(ms).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');

interface Sent {
  readonly path: string;
  readonly query: string;
  readonly body: string;
  /** Of now, ms. */
  readonly lateMs: number;
  readonly key: string;
  readonly secret: string;
  readonly service: string;
  /** Signed, beside those every request has. */
  readonly note: string | undefined;
  readonly unsigned: string;
  readonly payload: 'hash' | 'none' | 'unsigned' | 'wrong';
  /** Somebody changes them on the way. */
  readonly tampering: { readonly at: number; readonly byte: number } | undefined;
}

function bytesOf({
  path,
  query,
  body,
  lateMs,
  key,
  secret,
  service,
  note,
  unsigned,
  payload,
  tampering,
}: Sent): Buffer {
  const time = timeOf(Date.now() - lateMs);
  const scope = `${time.slice(0, 8)}/eu-west-1/${service}/aws4_request`;
  const declared = {
    hash: sha256(body),
    none: undefined,
    unsigned: 'UNSIGNED-PAYLOAD',
    wrong: sha256('wrong'),
  }[payload];
  const headers = Object.entries({
    'content-length': String(body.length),
    host: 'h',
    'x-amz-content-sha256': declared,
    'x-amz-date': time,
    'x-note': note,
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const folded = (value: string): string => value.trim().replaceAll(/[ \t]+/g, ' ');
  const names = headers.map(([name]) => name).join(';');
  const lines = headers.map(([name, value]) => `${name}:${folded(value)}\n`).join('');
  const canonical = `POST\n${path}\n${query}\n${lines}\n${names}\n${declared ?? sha256(body)}`;
  const signingKey = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  const signature = hmac(signingKey, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString(
    'hex',
  );
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const sent = [...headers, ['Authorization', authorization], ['X-Unsigned', unsigned]];
  const head = `POST ${path}${query === '' ? '' : `?${query}`} HTTP/1.1\r\n${sent.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const bytes = Buffer.from(head + body, 'latin1');
  if (tampering !== undefined) bytes[tampering.at % bytes.length] = tampering.byte;
  return bytes;
}

const GOOD: Sent = {
  path: '/f',
  query: '',
  body: '{}',
  lateMs: 0,
  key: 'AKID',
  secret: 'secret',
  service: 'lambda',
  note: 'a',
  unsigned: '1',
  payload: 'hash',
  tampering: undefined,
};

/** How the request is answered: with the short way for forms that are known. */
function verdict(request: WholeRequest, key: string): string {
  const secretAccessKey = SECRETS[key] ?? '';
  const issued = { accountId: '1', secretAccessKey, caller: rootCaller('aws', '1'), isExpired: false };
  try {
    authenticate(new WireRequest(request), request.body, {
      service: 'lambda',
      issued,
      hostBucket: undefined,
    });
    return 'good';
  } catch (error) {
    return masked((error as Error).message);
  }
}

/** The same without forms and what is remembered of them. */
function plainVerdict(request: WholeRequest, key: string): string {
  const { method, path, query, headers } = new WireRequest(request);
  const signed = { method, path, query, headers: { ...headers }, body: request.body, service: 'lambda' };
  const result = verifySignature(signed, () => SECRETS[key], Date.now());
  return result.ok ? 'good' : masked(signatureError(result).message);
}

/** Two looks at the clock may be in two seconds, and of two unsigned headers either may be named. */
function masked(message: string): string {
  return message.replaceAll(/\d{8}T\d{6}Z/g, 'time').replaceAll(/'x-amz-[^']+' must/g, 'it must');
}

const values = fc.record({
  body: fc.constantFrom('{}', '', '"0123456789"', '[1]'),
  lateMs: fc.constantFrom(0, 0, 1000, 60_000),
  note: fc.constantFrom('a', 'b', 'c  d', 'cd'),
  unsigned: fc.constantFrom('1', '2'),
});
const tampering = fc.record({ at: fc.nat(700), byte: fc.integer({ min: 0x20, max: 0x7e }) });
const oddities: fc.Arbitrary<Partial<Sent>> = fc.oneof(
  fc.constant({ path: '/g' }),
  fc.constant({ query: 'Qualifier=1' }),
  fc.constantFrom(299_000, 301_000, -301_000, 86_400_000).map((lateMs) => ({ lateMs })),
  fc.constant({ key: 'AKIE' }),
  fc.constantFrom('other', 'third').map((secret) => ({ secret })),
  fc.constant({ key: 'AKIE', secret: 'other' }),
  fc.constantFrom('  x', 'a\tb', '', undefined).map((note) => ({ note })),
  fc.constantFrom('none' as const, 'unsigned' as const, 'wrong' as const).map((payload) => ({ payload })),
  tampering.map((change) => ({ tampering: change })),
);
const request = fc
  .tuple(values, fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 2, arbitrary: oddities }))
  .map(([usual, odd]): Sent => ({ ...GOOD, ...usual, ...odd }));

describe('signatures of requests that have a form in common', () => {
  test('are verified as they are one by one', () => {
    let good = 0;
    let bad = 0;
    fc.assert(
      fc.property(fc.array(request, { minLength: 4, maxLength: 20 }), (requests) => {
        const scanner = new RequestScanner({ takesPath: () => true, maxHeadBytes: 16_384 });
        const memory = newMemory();
        for (const sent of requests) {
          const read = scanner.scan(bytesOf(sent), socket, memory);
          if (typeof read !== 'object') continue;
          const given = verdict(read, sent.key);
          expect(given).toBe(plainVerdict(read, sent.key));
          if (read.formed === undefined) continue;
          if (given === 'good') good += 1;
          else bad += 1;
        }
      }),
      { numRuns: 300 },
    );
    expect(good).toBeGreaterThan(300);
    expect(bad).toBeGreaterThan(100);
  });

  test('one by itself: no other time, body, value, signature or secret passes', () => {
    const scanner = new RequestScanner({ takesPath: () => true, maxHeadBytes: 16_384 });
    const memory = newMemory();
    const read = (sent: Partial<Sent>): WholeRequest | undefined => {
      const found = scanner.scan(bytesOf({ ...GOOD, ...sent }), socket, memory);
      return typeof found === 'object' ? found : undefined;
    };
    read({});
    read({ note: 'b', body: '"x"', lateMs: 1000, unsigned: '2' });
    const first = read({ note: 'c' });
    const signature = first?.formed && FormSignature.of(first.formed);
    if (first?.formed === undefined || signature === undefined) throw new Error('no form');
    const isGood = (other: WholeRequest | undefined, secret = 'secret', nowMs = Date.now()): boolean =>
      other?.formed?.form === first.formed?.form && other !== undefined && other.formed !== undefined
        ? signature.isGood(other.formed, other.body, secret, nowMs)
        : false;
    expect(isGood(first)).toBe(true);
    expect(isGood(read({ note: 'longer', body: '"x"', lateMs: 2000 }))).toBe(true);
    expect(isGood(first, 'secres')).toBe(false);
    expect(isGood(first)).toBe(true);
    expect(isGood(first, 'secret', Date.now() + 301_000)).toBe(false);
    const { form } = first.formed;
    const bytes = bytesOf(GOOD);
    let formed = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = bytes[at] === 0x31 ? 0x32 : 0x31;
      const spans = form.read(changed, 16_384);
      if (spans === undefined) continue;
      formed += 1;
      const headers = new FormedHeaders(form, changed, spans);
      const body = changed.subarray(headers.end, headers.end + form.bodyLength(changed, spans, 100));
      const isUnsigned = headers.get('x-unsigned') === '2';
      expect(signature.isGood(headers, body, 'secret', Date.now())).toBe(isUnsigned);
    }
    expect(formed).toBeGreaterThan(100);
  });
});
