import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WAYS } from './testing/certificate.ts';
import { LaneServer, RawClient, talk } from './testing/lane-server.ts';
import { GOOD, LAST, UNUSUAL } from './testing/unusual-requests.ts';

const bodies: string[] = [];
const invoke = (input: { Payload?: Uint8Array }) => {
  const body = Buffer.from(input.Payload ?? []).toString('latin1');
  bodies.push(body);
  return { StatusCode: 200, Payload: Buffer.from(JSON.stringify(body)) };
};

const timeouts = { headersTimeoutMs: 400, requestTimeoutMs: 500 };
let lane: LaneServer;
let plain: LaneServer;
let goodAnswer = '';

describe.each(WAYS)('what is not plain is answered by node:http $way', ({ tls }) => {
  beforeAll(async () => {
    lane = await new LaneServer(invoke, true, { ...timeouts, tls }).start();
    plain = await new LaneServer(invoke, false, { ...timeouts, tls }).start();
    const client = await new RawClient(plain).send(GOOD);
    [goodAnswer = ''] = await client.answers(1);
    client.socket.destroy();
  });

  afterAll(async () => {
    await Promise.all([lane.listener.close(0), plain.listener.close(0)]);
  });

  test.each(UNUSUAL)('%s', async (_, bytes) => {
    const expected = await outcome(plain, bytes + LAST);
    const before = lane.laneRequests;
    expect(await outcome(lane, bytes + LAST)).toEqual(expected);
    expect(lane.laneRequests).toBe(before);
  });

  test.each(UNUSUAL)('after a plain request: %s', async (_, bytes) => {
    const [text, seen] = await outcome(plain, bytes + LAST);
    const before = lane.laneRequests;
    // Node:http itself forgets a good request's answer when the next is malformed and came with it.
    const [told, came] = await outcome(lane, GOOD + bytes + LAST);
    // Over TLS it forgets what it says at the end as well, while an answer is still being written.
    expect([goodAnswer + text, ...(tls === undefined ? [] : [goodAnswer])]).toContain(told);
    expect(came).toEqual(['"ab"', ...seen]);
    // What follows on the connection stays node:http's, even when it is plain.
    expect(lane.laneRequests).toBe(before + 1);
  });

  test.each(UNUSUAL)('before a plain request: %s', async (_, bytes) => {
    const expected = await outcome(plain, bytes + GOOD + LAST);
    const before = lane.laneRequests;
    expect(await outcome(lane, bytes + GOOD + LAST)).toEqual(expected);
    expect(lane.laneRequests).toBe(before);
  });
});

/** What a client is told, and what came through to the function. */
async function outcome(server: LaneServer, bytes: string): Promise<readonly [string, readonly string[]]> {
  bodies.length = 0;
  const text = await talk(server, Buffer.from(bytes, 'latin1'));
  return [text, [...bodies]];
}
