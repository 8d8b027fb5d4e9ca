import * as fc from 'fast-check';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { newMemory } from './fast-lane-forms.ts';
import { RequestScanner, type WholeRequest } from './fast-lane-request.ts';

const socket = new Socket();
const options = { takesPath: () => true, maxHeadBytes: 1200 };
const SCOPE = 'AWS4-HMAC-SHA256 Credential=AKID/20261121/eu-west-1/lambda/aws4_request';

/** All that can be seen of a request, but for its form. */
function seen(request: WholeRequest | number | undefined): unknown {
  if (typeof request !== 'object') return request;
  const { url, headers, body, size } = request;
  const known = ['host', 'x-amz-date', 'authorization', 'content-length', 'x-other', '__proto__'];
  return {
    url,
    size,
    headers: Object.entries(headers),
    one: known.map((name) => request.header(name)),
    beside: [request.amzNameBeside([]), request.amzNameBeside(['x-amz-date']), request.amzNameBeside(known)],
    body: Buffer.from(body).toString('latin1'),
  };
}

const seldom = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
/** What a client's requests differ in, always; and what in them may be unusual. */
const usual = fc.record({
  date: fc.constantFrom('20261121T000000Z', '20261121T000001Z'),
  signature: hex(64),
  body: fc.constantFrom('', '{}', '"0123456789"'),
});
const unusual = fc.record(
  {
    path: fc.constantFrom('/g', '/f?Qualifier=1'),
    date: fc.constantFrom(' x', 'y ', ''),
    host: fc.constantFrom('other', ''),
    agent: fc.constantFrom('a', 'bcd'),
    other: fc.constantFrom('1', '22', '', '\t', 'a b'),
    scope: fc.constantFrom(`${SCOPE}, Signature=0`, 'Basic'),
    end: fc.constantFrom('0', ', Credential=x', ' '),
    blank: fc.constantFrom(' ', '\t'),
    more: fc.constantFrom('X-Amz-Other: 1\r\n', '__proto__: 1\r\n', 'x-other: 1\r\n', 'TE: x\r\n'),
  },
  { requiredKeys: [] },
);
const PLAIN = { path: '/f', host: 'h', agent: 'a', other: '1', scope: SCOPE, end: '', blank: '', more: '' };

const request = fc
  .tuple(usual, fc.option(unusual, { freq: 1 }))
  .map(([values, changes]) => ({ ...PLAIN, ...values, ...changes }))
  .map(({ path, date, host, agent, other, signature, scope, end, body, blank, more }) => {
    const lines = [
      `POST ${path} HTTP/1.1`,
      `X-Amz-Date: ${date}`,
      `Host: ${host}`,
      `Content-Length: ${body.length}`,
      `X-Other:${other}${blank}`,
      `User-Agent: ${agent}`,
      `Authorization: ${scope}, Signature=${signature}${end}`,
    ];
    return Buffer.from(`${lines.join('\r\n')}\r\n${more}\r\n${body}`, 'latin1');
  });

/** Nothing, or a byte that is another, or that is missing. */
const damage = seldom(fc.record({ at: fc.nat(450), byte: fc.nat(255), isCut: fc.boolean() }));

function damaged(bytes: Buffer, change: { at: number; byte: number; isCut: boolean } | null): Buffer {
  if (change === null) return bytes;
  const at = change.at % bytes.length;
  if (change.isCut) return bytes.subarray(0, at);
  const copy = Buffer.from(bytes);
  copy[at] = change.byte;
  return copy;
}

function whole(read: WholeRequest | number | undefined): WholeRequest | undefined {
  return typeof read === 'number' ? undefined : read;
}

describe('forms of heads', () => {
  test('what is read by them is what is read without', () => {
    let formed = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(request, damage, fc.boolean()), { minLength: 4, maxLength: 30 }),
        (requests) => {
          const scanner = new RequestScanner(options);
          const memories = [newMemory(), newMemory()] as const;
          for (const [bytes, change, isOther] of requests) {
            const chunk = damaged(bytes, change);
            const read = scanner.scan(chunk, socket, memories[isOther ? 0 : 1]);
            if (typeof read === 'object' && read.formed !== undefined) formed += 1;
            expect(seen(read)).toEqual(seen(new RequestScanner(options).scan(chunk, socket, newMemory())));
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(formed).toBeGreaterThan(1000);
  });

  test('the second request of a client is read by the form of the first, and another connection too', () => {
    const scanner = new RequestScanner(options);
    const memory = newMemory();
    const send = (id: number, to = memory, name = 'f') => {
      const signature = String(id).padStart(64, '0');
      const text = `POST /${name} HTTP/1.1\r\nHost: h\r\nX-Amz-Date: ${id}\r\nX-Id: ${id % 2}\r\nAuthorization: ${SCOPE}, Signature=${signature}\r\n\r\n`;
      return whole(scanner.scan(Buffer.from(text), socket, to));
    };
    expect(send(10)?.formed).toBeUndefined();
    const second = send(12);
    expect(second?.formed?.form).toBe(send(14, newMemory())?.formed?.form);
    // What usually stays may turn out to vary.
    expect(send(15)?.formed).toBeUndefined();
    expect([send(16), send(17)].map((read) => read?.header('x-id'))).toEqual(['0', '1']);
    expect(send(18)?.formed?.form.varying.map(({ name }) => name)).toContain('x-id');
    // Functions in turn, on one connection.
    expect(send(20, memory, 'g')?.formed).toBeUndefined();
    expect([send(21, memory, 'f'), send(22, memory, 'g')].map((read) => read?.formed?.form.url)).toEqual([
      '/f',
      '/g',
    ]);
  });

  test('a client whose heads have no form is not looked at for ever', () => {
    const scanner = new RequestScanner(options);
    const memory = newMemory();
    for (let id = 0; id < 600; id += 1) {
      const read = whole(
        scanner.scan(Buffer.from(`POST / HTTP/1.1\r\nHost: h${id}\r\n\r\n`), socket, memory),
      );
      expect(read?.header('host')).toBe(`h${id}`);
      expect(read?.formed).toBeUndefined();
    }
    expect(memory.form?.headers.get('host')).toBe('h512');
  });
});
