import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequestContext } from './service.ts';
import { WAYS } from './testing/certificate.ts';
import { LaneServer, RawClient } from './testing/lane-server.ts';

/** Shows everything a handler can see of a request. */
function mirror(input: Record<string, unknown>, context: RequestContext) {
  const { Payload, ...members } = input;
  const { accountId, region, accessKeyId, service, operation, headers, origin, contentLength } = context;
  context.setHeader('X-Amzn-Trace-Id', String(headers['x-amzn-trace-id'] ?? 'none'));
  const seen = { accountId, region, accessKeyId, service, operation, headers: { ...headers }, origin };
  const shown = {
    ...seen,
    contentLength,
    members,
    body: Buffer.from((Payload as Uint8Array) ?? []).toString('hex'),
  };
  const output = { StatusCode: 200, ExecutedVersion: '1', Payload: Buffer.from(JSON.stringify(shown)) };
  return context.headers['x-later'] === undefined ? output : Promise.resolve(output);
}

let lane: LaneServer;
let plain: LaneServer;

const value = fc.stringMatching(/^[!-~]([ -~\t]{0,30}[!-~])?$/);
const header = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.stringMatching(/^[Xx]-[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,14}$/), value) },
  fc.constantFrom(
    ['Connection', 'keep-alive'],
    ['X-Amz-Invocation-Type', 'RequestResponse'],
    ['x-amz-log-type', 'Tail'],
    ['X-Amz-Log-Type', 'Wrong'],
    ['X-Amz-Client-Context', 'e30='],
    ['X-Amzn-Trace-Id', 'Root=1-aa-bb'],
    [
      'authorization',
      'AWS4-HMAC-SHA256 Credential=123456789012/20261121/eu-west-1/lambda/aws4_request, Signature=0',
    ],
    ['Content-Type', 'application/json'],
    ['x-later', '1'],
  ),
);
const blank = fc.constantFrom('', ' ', '\t', '  \t ');

interface Written {
  readonly name: string;
  readonly query: string;
  readonly headers: readonly (readonly [readonly string[], string, string])[];
  readonly host: string;
  readonly body: Uint8Array | null;
}

const written: fc.Arbitrary<Written> = fc.record({
  name: fc.stringMatching(/^[a-zA-Z0-9_.%:-]{1,20}$/),
  query: fc.constantFrom('', '?', '?Qualifier=1', '?Qualifier=%24LATEST&x=y', '?a?b'),
  headers: fc.uniqueArray(fc.tuple(header, blank, blank), {
    maxLength: 8,
    selector: ([[name]]) => name.toLowerCase(),
  }),
  host: fc.constantFrom('h', '127.0.0.1:4566', 'lambda.eu-west-2.localhost', 'b.s3.localhost'),
  body: fc.option(fc.uint8Array({ maxLength: 200 })),
});

function bytesOf({ name, query, headers, host, body }: Written): Buffer {
  const lines = headers.map(([[key, text], before, after]) => `${key}:${before}${text}${after}\r\n`).join('');
  const length = body === null ? '' : `Content-Length: ${body.length}\r\n`;
  const path = `/2015-03-31/functions/${name}/invocations${query}`;
  const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines}${length}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body ?? new Uint8Array()]);
}

const request = written.map(bytesOf);

/** What a client sends one after the other: all alike but for some values. */
const alike = fc
  .tuple(
    written,
    fc.array(
      fc.record({
        trace: value,
        sha256: fc.oneof(value, fc.constant('STREAMING-UNSIGNED-PAYLOAD-TRAILER')),
        invocation: value,
        body: fc.uint8Array({ minLength: 1, maxLength: 200 }),
      }),
      { minLength: 4, maxLength: 8 },
    ),
  )
  .map(([first, changes]) =>
    changes.map(({ trace, sha256, invocation, body }) => {
      const headers = first.headers.filter(([[name = '']]) => !/^x-amzn-trace-id$/i.test(name));
      const varying = [
        [['X-Amzn-Trace-Id', trace], ' ', ''],
        [['x-amz-content-sha256', sha256], ' ', ''],
        [['x-varying', invocation], ' ', ''],
      ] as const;
      return bytesOf({ ...first, headers: [...headers, ...varying], body });
    }),
  );

async function answered(server: LaneServer, count: number, pieces: readonly Uint8Array[]): Promise<string[]> {
  const client = await new RawClient(server).send(...pieces);
  const answers = await client.answers(count);
  client.socket.destroy();
  return answers;
}

describe.each(WAYS)('the fast lane answers as node:http $way', ({ tls }) => {
  beforeAll(async () => {
    lane = await new LaneServer(mirror, true, { tls }).start();
    plain = await new LaneServer(mirror, false, { tls }).start();
  });

  afterAll(async () => {
    await Promise.all([lane.listener.close(0), plain.listener.close(0)]);
  });

  test('any plain request, alone', async () => {
    const before = lane.laneRequests;
    await fc.assert(
      fc.asyncProperty(request, async (bytes) => {
        expect(await answered(lane, 1, [bytes])).toEqual(await answered(plain, 1, [bytes]));
      }),
      { numRuns: 150 },
    );
    // Not all: Invoke on an S3 host name is S3's.
    expect(lane.laneRequests - before).toBeGreaterThan(75);
  });

  test('any plain requests, many on one connection, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 4 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
        async (requests, places) => {
          const all = Buffer.concat(requests);
          const cuts = places.map((place) => Math.floor(place * all.length)).sort((a, b) => a - b);
          const pieces = [0, ...cuts].map((from, index) => all.subarray(from, cuts[index] ?? all.length));
          const whole = await answered(plain, requests.length, [all]);
          expect(await answered(lane, requests.length, pieces)).toEqual(whole);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('requests that differ in some values only, one after the other on one connection', async () => {
    await fc.assert(
      fc.asyncProperty(alike, async (requests) => {
        const whole = await answered(plain, requests.length, [Buffer.concat(requests)]);
        expect(await answered(lane, requests.length, requests)).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  test('a request cut in two at every place', async () => {
    const head =
      'POST /2015-03-31/functions/f/invocations?Qualifier=1 HTTP/1.1\r\nHost: h\r\nx-a: b\r\nContent-Length: 4\r\n\r\n';
    const bytes = Buffer.from(`${head}"ab"`);
    const whole = await answered(plain, 1, [bytes]);
    for (let cut = 1; cut < bytes.length; cut++) {
      const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
      expect(await answered(lane, 1, pieces)).toEqual(whole);
    }
  });

  test('bodies and answers around every limit', async () => {
    for (const size of [0, 1, 4096, 4097, 8192, 8193, 40_000, 65_000, 65_536, 65_537, 200_000]) {
      const body = Buffer.alloc(size, '1');
      const head = `POST /2015-03-31/functions/f/invocations HTTP/1.1\r\nHost: h\r\nContent-Length: ${size}\r\n\r\n`;
      const bytes = Buffer.concat([Buffer.from(head), body]);
      const twice = Buffer.concat([bytes, bytes]);
      expect(await answered(lane, 2, [twice])).toEqual(await answered(plain, 2, [twice]));
    }
  });
});
