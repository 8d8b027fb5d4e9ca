import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LaneServer, invokeRequest } from './testing/lane-server.ts';
import { WAYS } from './testing/certificate.ts';

/** Answers with what it got, later than the client has ended its side. */
const slowEcho = async ({ Payload = new Uint8Array() }: { Payload?: Uint8Array }) => {
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return { StatusCode: 200, Payload };
};
const OTHER = 'GET /other HTTP/1.1\r\nHost: h\r\n\r\n';

describe.each(WAYS)('a client that ends its side is answered all the same $way', ({ tls }) => {
  describe.each([true, false])('by the fast lane: %s', (withLane) => {
    let server: LaneServer;

    beforeAll(async () => {
      server = await new LaneServer(slowEcho, withLane, { tls }).start();
    });

    afterAll(async () => {
      await server.listener.close(0);
    });

    test.each<[string, string, readonly string[]]>([
      ['behind a request', invokeRequest('"1"'), ['"1"']],
      [
        'behind several',
        ['"1"', '"2"', '"3"'].map((body) => invokeRequest(body)).join(''),
        ['"1"', '"2"', '"3"'],
      ],
      ['behind one of another kind', OTHER + invokeRequest('"1"'), ['"1"']],
      ['behind one of another kind at the end', invokeRequest('"1"') + OTHER, ['"1"']],
    ])('%s', async (_, sent, bodies) => {
      const text = await allFor(server, sent);
      expect(text.match(/"\d"/g)).toEqual(bodies);
      expect(text.match(/HTTP\/1\.1 \d+/g)).toHaveLength(sent.split(' HTTP/1.1\r\n').length - 1);
    });

    test('behind more than are begun at once', async () => {
      const bodies = Array.from({ length: 300 }, (_, index) => `"${index}"`);
      const sent = bodies.map((body) => OTHER + invokeRequest(body)).join('');
      expect((await allFor(server, sent)).match(/"\d+"/g)).toEqual(bodies);
    });

    test('in the middle of one it is told that there is no more', async () => {
      const begun = invokeRequest('"1"').slice(0, -1);
      expect(await allFor(server, begun)).toMatch(/^HTTP\/1\.1 400 /);
      // Node.js may forget what it would say, while the answer before is on its way.
      expect(await allFor(server, invokeRequest('"2"') + begun)).not.toContain('"1"');
    });

    test('without one nothing is left of it', async () => {
      expect(await allFor(server, '')).toBe('');
    });
  });
});

/** All that comes for what a client sends before it ends its side. */
async function allFor(server: LaneServer, sent: string): Promise<string> {
  const socket = server.connect();
  socket.end(sent);
  return Buffer.concat((await socket.toArray()) as Buffer[]).toString('latin1');
}
