import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LaneServer, RawClient } from './testing/lane-server.ts';

const PATH = '/2015-03-31/functions/f/invocations';
const SECRET = 'secret';
const invoke = () => ({ StatusCode: 200, Payload: Buffer.from('"ran"') });

let lane: LaneServer;
let plain: LaneServer;

beforeAll(async () => {
  lane = await new LaneServer(invoke, true, {}, SECRET).start();
  plain = await new LaneServer(invoke, false, {}, SECRET).start();
});

afterAll(async () => {
  await Promise.all([lane.listener.close(0), plain.listener.close(0)]);
});

type Headers = readonly (readonly [string, string])[];

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** A signed request; `unsigned` headers are added afterwards, `change` may spoil the bytes. */
function signed(body: string, more: Headers = [], unsigned: Headers = []): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/us-east-1/lambda/aws4_request`;
  const headers: Headers = [
    ['content-length', String(body.length)],
    ['host', 'h'],
    ['x-amz-content-sha256', sha256(body)],
    ['x-amz-date', time],
    ...more,
  ];
  const sorted = headers.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const names = sorted.map(([name]) => name).join(';');
  const folded = (value: string): string => value.trim().replaceAll(/\s+/g, ' ');
  const lines = sorted.map(([name, value]) => `${name}:${folded(value)}\n`).join('');
  const canonical = `POST\n${PATH}\n\n${lines}\n${names}\n${sha256(body)}`;
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=AKID/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const all = [...headers, ['Authorization', authorization], ...unsigned];
  return `POST ${PATH} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

async function answer(server: LaneServer, request: string): Promise<string> {
  const client = await new RawClient(server).send(request);
  const [text = ''] = await client.answers(1);
  client.socket.destroy();
  return text;
}

describe('signatures on the fast lane', () => {
  const good = signed('"x"');
  test.each([
    ['a good one', good, 200],
    ['values with blanks', signed('"x"', [['x-note', '  a \t b  ']]), 200],
    ['an empty value', signed('"x"', [['x-note', '']]), 200],
    ['a signed header of the family', signed('"x"', [['x-amz-other', '1']]), 200],
    ['a header nobody signed', signed('"x"', [], [['x-note', '1']]), 200],
    ['a known header of the family nobody signed', signed('"x"', [], [['X-Amz-Log-Type', 'Tail']]), 403],
    ['another of the family nobody signed', signed('"x"', [], [['X-AMZ-Other', '1']]), 403],
    ['another body', good.replace('"x"', '"y"'), 403],
    ['another path', good.replace('functions/f/', 'functions/g/'), 403],
    ['another signature', good.replace(/Signature=\w{4}/, 'Signature=0000'), 403],
    ['another key', good.replace('AKID', 'AKIE'), 403],
    ['no signature', good.replace(/Authorization: .*\r\n/, ''), 403],
    ['a list that names what is not there', good.replace('SignedHeaders=', 'SignedHeaders=__proto__;'), 403],
  ])('%s', async (_, request, status) => {
    const before = lane.laneRequests;
    const given = await answer(lane, request);
    expect(given).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(given).toBe(await answer(plain, request));
    expect(lane.laneRequests).toBe(before + 1);
  });
});
