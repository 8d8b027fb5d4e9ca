import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ListenerOptions } from './listener-options.ts';
import type { AnyOperationHandler, RequestContext } from './service.ts';
import { invokeRequest, LaneServer, RawClient } from './testing/lane-server.ts';

const open: LaneServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.listener.close(0)));
});

async function start(
  invoke: AnyOperationHandler,
  options: Partial<ListenerOptions> = {},
): Promise<LaneServer> {
  const server = new LaneServer(invoke, true, options);
  open.push(server);
  return await server.start();
}

interface Waiting {
  readonly body: string;
  readonly context: RequestContext;
  answer(): void;
}

/** A handler whose answers are given by hand; they repeat the request's body. */
function byHand() {
  const waiting: Waiting[] = [];
  const invoke = (input: { Payload?: Uint8Array }, context: RequestContext) => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const body = Buffer.from(input.Payload ?? []).toString();
    const answer = (): void => resolve({ StatusCode: 200, Payload: Buffer.from(body) });
    waiting.push({ body, context, answer });
    return promise;
  };
  return { waiting, invoke };
}

const echo = (input: { Payload?: Uint8Array }) => ({ StatusCode: 200, Payload: input.Payload });
const bodyOf = (answer: string | undefined): string | undefined => answer?.split('\r\n\r\n')[1];

describe('on one connection', () => {
  test('requests one after the other, and pipelined, are answered in order', async () => {
    const server = await start(echo);
    const client = await new RawClient(server).send(invokeRequest('"1"'));
    await client.answers(1);
    await client.send(invokeRequest('"2"') + invokeRequest('"3"') + invokeRequest('"4"'));
    expect((await client.answers(4)).map(bodyOf)).toEqual(['"1"', '"2"', '"3"', '"4"']);
    expect(server.laneRequests).toBe(4);
    expect(client.text).toContain('Connection: keep-alive\r\nKeep-Alive: timeout=75\r\n');
  });

  test('the next request begins when the last one is answered, not before', async () => {
    const { waiting, invoke } = byHand();
    const server = await start(invoke);
    const client = await new RawClient(server).send(invokeRequest('"1"') + invokeRequest('"2"'));
    await client.send(invokeRequest('"3"'));
    for (const count of [1, 2, 3]) {
      await vi.waitFor(() => expect(waiting).toHaveLength(count), 25_000);
      waiting.at(-1)?.answer();
      await client.answers(count);
    }
    expect((await client.answers(3)).map(bodyOf)).toEqual(['"1"', '"2"', '"3"']);
    expect(server.laneRequests).toBe(3);
  });

  test('thousands of requests sent ahead wait in the kernel and are all answered', async () => {
    const { waiting, invoke } = byHand();
    const server = await start(invoke);
    const client = new RawClient(server);
    const count = 3000;
    const sent = client.send(invokeRequest(`"${'x'.repeat(200)}"`).repeat(count));
    await vi.waitFor(() => expect(waiting).toHaveLength(1), 25_000);
    let answered = 0;
    while (answered < count) {
      for (const request of waiting.splice(0)) {
        request.answer();
        answered += 1;
      }
      await new Promise((turn) => setImmediate(turn));
    }
    await sent;
    expect(await client.answers(count)).toHaveLength(count);
  });

  test('a client that does not read its answers is not served further', async () => {
    const payload = Buffer.from(`"${'y'.repeat(400_000)}"`);
    let served = 0;
    const server = await start(() => {
      served += 1;
      return { StatusCode: 200, Payload: payload };
    });
    const client = new RawClient(server);
    client.socket.pause();
    const count = 60;
    await client.send(invokeRequest('"1"').repeat(count));
    const health = await new RawClient(server).send(invokeRequest('"2"'));
    await health.answers(1);
    expect(served).toBeLessThan(count);
    client.socket.resume();
    await vi.waitFor(() => expect(client.text.length).toBeGreaterThan(count * payload.length), 25_000);
    expect(served).toBe(count + 1);
  });

  test('half a head after whole requests is finished by node:http', async () => {
    const server = await start(echo);
    const client = await new RawClient(server).send(invokeRequest('"1"') + invokeRequest('"2"').slice(0, -6));
    await client.answers(1);
    await client.send(invokeRequest('"2"').slice(-6) + invokeRequest('"3"'));
    expect((await client.answers(3)).map(bodyOf)).toEqual(['"1"', '"2"', '"3"']);
    expect(server.laneRequests).toBe(1);
  });

  test('half a request is timed out by node:http', async () => {
    const server = await start(echo, { headersTimeoutMs: 200, requestTimeoutMs: 300 });
    const client = await new RawClient(server).send(invokeRequest('"1"') + invokeRequest('"2"').slice(0, -1));
    await client.closed;
    expect(client.text).toContain('HTTP/1.1 408 Request Timeout');
  });

  test('a form is left to node:http; what is not offered is refused', async () => {
    const server = await start(echo);
    const headers = [
      'X-Amz-Target: DynamoDB_20120810.ListTables\r\n',
      'Content-Type: application/x-www-form-urlencoded\r\nAuthorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sqs/aws4_request\r\n',
      'Authorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request\r\n',
    ];
    for (const extra of headers) {
      const client = await new RawClient(server).send(invokeRequest('"1"', extra));
      expect((await client.answers(1))[0]).toMatch(/^HTTP\/1\.1 [45]/);
      client.socket.destroy();
    }
    expect([server.laneRequests, server.endpoint.inFlight]).toEqual([2, 0]);
  });
});

describe('answers', () => {
  test('a value that would break the head is our own error, and breaks nothing', async () => {
    const server = await start((_input, context: RequestContext) => {
      context.setHeader('X-Bad', 'a\r\nX-Injected: b');
      return Promise.resolve({ StatusCode: 200 });
    });
    const client = await new RawClient(server).send(invokeRequest('"1"'));
    await client.closed;
    expect(client.text).not.toContain('X-Injected');
    expect(server.endpoint.inFlight).toBe(0);
  });

  test('errors are answered on the lane as well, in any script', async () => {
    const server = await start(echo);
    const client = await new RawClient(server).send(invokeRequest('"1"', '', '%C3%A9'));
    const [answer] = await client.answers(1);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(Buffer.from(bodyOf(answer) ?? '', 'latin1').toString()).toContain("Value 'é'");
    expect(server.laneRequests).toBe(1);
  });
});

describe('ends of connections', () => {
  test.each(['destroyed', 'reset', 'ended'])('a client that is %s is not waited with', async (how) => {
    const { waiting, invoke } = byHand();
    const server = await start(invoke);
    const client = await new RawClient(server).send(invokeRequest('"1"'));
    await vi.waitFor(() => expect(waiting).toHaveLength(1), 25_000);
    const { signal, patience } = waiting[0]?.context ?? {};
    expect(patience?.aborted).toBe(false);
    if (how === 'ended') client.socket.end();
    else if (how === 'reset') client.socket.resetAndDestroy();
    else client.socket.destroy();
    await vi.waitFor(() => expect(patience?.aborted).toBe(true), 25_000);
    // Only who was reset is known to have gone.
    expect(signal?.aborted).toBe(how === 'reset');
    waiting[0]?.answer();
    await client.closed;
    expect(client.text).toMatch(how === 'ended' ? /"1"$/ : /^$/);
    await vi.waitFor(() => expect(server.endpoint.inFlight).toBe(0), 25_000);
  });

  test('a signal asked for too late is aborted already; after an answer nothing is aborted', async () => {
    const { waiting, invoke } = byHand();
    const server = await start(invoke);
    const client = await new RawClient(server).send(invokeRequest('"1"'));
    await vi.waitFor(() => expect(waiting).toHaveLength(1), 25_000);
    const first = waiting[0]?.context.signal;
    waiting[0]?.answer();
    await client.answers(1);
    await client.send(invokeRequest('"2"'));
    await vi.waitFor(() => expect(waiting).toHaveLength(2), 25_000);
    client.socket.resetAndDestroy();
    await vi.waitFor(() => expect(waiting[1]?.context.signal.aborted).toBe(true), 25_000);
    expect(first?.aborted).toBe(false);
  });

  test('an idle connection is closed when its time is over, a busy one is not', async () => {
    const { waiting, invoke } = byHand();
    const server = await start(invoke, { keepAliveTimeoutMs: 200 });
    const busy = await new RawClient(server).send(invokeRequest('"1"'));
    await vi.waitFor(() => expect(waiting).toHaveLength(1), 25_000);
    const idle = await new RawClient(server).send(invokeRequest('"2"'));
    await vi.waitFor(() => expect(waiting).toHaveLength(2), 25_000);
    waiting[1]?.answer();
    await idle.answers(1);
    await idle.closed;
    expect(busy.socket.destroyed).toBe(false);
    waiting[0]?.answer();
    await busy.answers(1);
    await busy.closed;
  });
});

describe('closing the listener', () => {
  test('idle connections close at once, busy ones after their answer, which says so', async () => {
    const { waiting, invoke } = byHand();
    const server = await start(invoke);
    const idle = await new RawClient(server).send(invokeRequest('"1"'));
    await vi.waitFor(() => expect(waiting).toHaveLength(1), 25_000);
    waiting[0]?.answer();
    await idle.answers(1);
    const busy = await new RawClient(server).send(invokeRequest('"2"') + invokeRequest('"3"'));
    await vi.waitFor(() => expect(waiting).toHaveLength(2), 25_000);
    const closed = server.listener.close(60_000);
    await idle.closed;
    expect(busy.socket.destroyed).toBe(false);
    waiting[1]?.answer();
    await busy.closed;
    await closed;
    expect(busy.text).toMatch(/\r\nConnection: close\r\n\r\n"2"$/);
    expect(waiting).toHaveLength(2);
  });

  test('what is not answered when grace is over is cut', async () => {
    const { waiting, invoke } = byHand();
    const server = await start(invoke);
    const client = await new RawClient(server).send(invokeRequest('"1"'));
    await vi.waitFor(() => expect(waiting).toHaveLength(1), 25_000);
    const closed = once(client.socket, 'close');
    await server.listener.close(50);
    await closed;
    expect(client.text).toBe('');
  });
});
