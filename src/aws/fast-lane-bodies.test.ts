import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WAYS } from './testing/certificate.ts';
import { invokeRequest, LaneServer, masked, RawClient } from './testing/lane-server.ts';

const READ = 64 * 1024;
const LARGEST = 6 * 1024 * 1024;

/** Answers with what came, so that a byte in the wrong place shows. */
const echo = (input: { Payload?: Uint8Array }) => ({ StatusCode: 200, Payload: input.Payload });

let lane: LaneServer;
let plain: LaneServer;

/** No two places alike, within a few megabytes. */
function bodyOf(size: number): string {
  let text = '';
  for (let word = 0; text.length < size; word += 1) text += `${word}-`.repeat(40);
  return text.slice(0, size);
}

const HEAD_END = '\r\n\r\n';

interface Answer {
  /** What changes from run to run is masked. */
  readonly head: string;
  readonly body: Buffer;
}

/** A connection that takes megabytes in its stride: each byte is looked at once. */
class LargeClient {
  readonly socket: Socket;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #onChunk: () => void = () => undefined;

  constructor(server: LaneServer) {
    this.socket = server.connect();
    this.socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      this.#onChunk();
    });
  }

  /** Sends each piece after the server had a turn to read the one before. */
  async send(...pieces: readonly Buffer[]): Promise<this> {
    for (const piece of pieces) {
      await new Promise<void>((written) => this.socket.write(piece, () => written()));
      await new Promise((turn) => setImmediate(turn));
    }
    return this;
  }

  async answer(): Promise<Answer> {
    let end = this.#joined().indexOf(HEAD_END);
    for (; end < 0; end = this.#joined().indexOf(HEAD_END)) await this.#more();
    const head = this.#take(end + HEAD_END.length).toString('latin1');
    const length = Number(/\r\nContent-Length: (\d+)/i.exec(head)?.[1] ?? 0);
    while (this.#bytes < length) await this.#more();
    return { head: masked(head), body: this.#take(length) };
  }

  async #more(): Promise<void> {
    await new Promise<void>((resolve) => (this.#onChunk = resolve));
  }

  #joined(): Buffer {
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  #take(count: number): Buffer {
    const joined = this.#joined();
    this.#chunks = [joined.subarray(count)];
    this.#bytes -= count;
    return joined.subarray(0, count);
  }
}

async function answered(server: LaneServer, count: number, pieces: readonly Buffer[]): Promise<Answer[]> {
  const client = await new LargeClient(server).send(...pieces);
  const answers: Answer[] = [];
  while (answers.length < count) answers.push(await client.answer());
  client.socket.destroy();
  return answers;
}

async function expectAlike(count: number, pieces: readonly Buffer[]): Promise<void> {
  const expected = await answered(plain, count, pieces);
  const actual = await answered(lane, count, pieces);
  expect(actual.map(({ head }) => head)).toEqual(expected.map(({ head }) => head));
  // Not by a difference of megabytes.
  expect(actual.every(({ body }, index) => expected[index]?.body.equals(body))).toBe(true);
}

function cut(bytes: Buffer, ...places: readonly number[]): Buffer[] {
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

describe.each(WAYS)('bodies that do not come with their heads $way', ({ tls }) => {
  beforeAll(async () => {
    lane = await new LaneServer(echo, true, { tls }).start();
    plain = await new LaneServer(echo, false, { tls }).start();
  });

  afterAll(async () => {
    await Promise.all([lane.listener.close(0), plain.listener.close(0)]);
  });

  test('any size around a read, whole and cut around its boundaries, is answered alike, mostly on the lane', async () => {
    const before = lane.laneRequests;
    let requests = 0;
    for (const size of [1, 100, READ - 200, READ - 1, READ, READ + 1, 2 * READ, 300_000]) {
      const bytes = Buffer.from(invokeRequest(bodyOf(size)));
      const head = bytes.length - size;
      const cuts = [head, head + 1, bytes.length - 1, READ - 1, READ, READ + 1].filter(
        (at) => at >= head && at < bytes.length,
      );
      for (const places of [[], ...cuts.map((at) => [at]), cuts.toSorted((a, b) => a - b)]) {
        await expectAlike(1, cut(bytes, ...places));
        requests += 1;
      }
    }
    // Where the machine stands still for a second, a body is node:http's.
    expect(lane.laneRequests - before).toBeGreaterThan(requests / 2);
  });

  test('the largest is taken; one more byte is refused as node:http refuses it', async () => {
    await expectAlike(1, [Buffer.from(invokeRequest(bodyOf(LARGEST)))]);
    const head = Buffer.from(invokeRequest(bodyOf(LARGEST + 1)).split('\r\n\r\n')[0] ?? '');
    await expectAlike(1, [Buffer.concat([head, Buffer.from('\r\n\r\n')])]);
  });

  test('what follows a large one in the same packet is answered after it, whatever it is', async () => {
    const before = lane.laneRequests;
    const large = invokeRequest(bodyOf(150_000));
    const other = 'GET /2015-03-31/functions/ HTTP/1.1\r\nHost: h\r\n\r\n';
    const bytes = Buffer.from(`${large}${invokeRequest('"2"')}${large}${other}${invokeRequest('"3"')}`);
    await expectAlike(5, cut(bytes, 1000, large.length - 10));
    expect(lane.laneRequests - before).toBeLessThanOrEqual(3);
  });

  test('a slow one is finished by node:http, with what has come of it', async () => {
    const before = lane.laneRequests;
    const bytes = Buffer.from(invokeRequest(bodyOf(200_000)));
    const client = await new LargeClient(lane).send(bytes.subarray(0, 100_000));
    // The head has been handed on.
    await vi.waitFor(() => expect(lane.endpoint.inFlight).toBe(1), 25_000);
    await client.send(bytes.subarray(100_000, 199_999));
    await client.send(bytes.subarray(199_999), Buffer.from(invokeRequest('"2"')));
    const answers = [await client.answer(), await client.answer()];
    expect(answers).toEqual(await answered(plain, 2, [bytes, Buffer.from(invokeRequest('"2"'))]));
    client.socket.destroy();
    expect(lane.laneRequests - before).toBe(0);
  });

  test('one that ends in the middle gets the answer of node:http, and what is cut off gets none', async () => {
    const bytes = Buffer.from(invokeRequest(bodyOf(200_000))).subarray(0, 150_000);
    const texts: string[] = [];
    for (const server of [lane, plain]) {
      const client = await new RawClient(server).send(bytes);
      client.socket.end();
      await client.closed;
      texts.push(masked(client.text));
      const cutOff = await new RawClient(server).send(bytes);
      if (tls === undefined) cutOff.socket.resetAndDestroy();
      else cutOff.socket.destroy();
      await cutOff.closed;
    }
    // Over TLS node:http's words come too late.
    if (tls === undefined) expect(texts[0]).toContain('400 Bad Request');
    expect(texts[0]).toBe(texts[1]);
    await vi.waitFor(() => expect(lane.endpoint.inFlight).toBe(0), 25_000);
  });

  test('many at once, from senders at every pace, are not mixed up', async () => {
    const senders = Array.from({ length: 12 }, async (_, id) => {
      const client = new LargeClient(lane);
      for (let turn = 0; turn < 4; turn += 1) {
        const body = `${id}/${turn}:${bodyOf(40_000 + id * 31_000)}`;
        const bytes = Buffer.from(invokeRequest(body));
        const step = 8000 + ((id * 7919 + turn * 104_729) % 90_000);
        const places = Array.from({ length: Math.floor(bytes.length / step) }, (__, at) => (at + 1) * step);
        await client.send(...cut(bytes, ...places));
        const answer = await client.answer();
        expect(answer.body.equals(Buffer.from(body))).toBe(true);
      }
      client.socket.destroy();
    });
    await Promise.all(senders);
  }, 120_000);
});
