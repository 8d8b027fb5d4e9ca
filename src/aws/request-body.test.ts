import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:http2';
import { expect, test } from 'vitest';
import { streamBody } from './request-body.ts';
import { WireRequest } from './request.ts';
import { closeAllAfterEach, HOST, http2Post, start } from './testing/listener-fixture.ts';

closeAllAfterEach();

const BODY = 'x'.repeat(3_000_000);

/** Looks at the beginning of each body only, and answers with how much that was. */
async function startImpatient(): Promise<number> {
  const { port } = await start({
    onRequest: (req, res) => {
      void (async () => {
        let seen = 0;
        for await (const chunk of streamBody(new WireRequest(req))) {
          seen = chunk.length;
          break;
        }
        res.end(`${seen > 0 && seen < BODY.length}`);
      })();
    },
  });
  return port;
}

test('after a body that nobody wants to the end, a connection takes the next request', async () => {
  const port = await startImpatient();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set<unknown>();
  for (let round = 0; round < 3; round += 1) {
    const sent = request({ port, host: HOST, agent, method: 'PUT', path: '/b/k' });
    sent.end(BODY);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(Buffer.concat(await answer.toArray()).toString()).toBe('true');
    sockets.add(sent.socket);
  }
  expect(sockets.size).toBe(1);
  agent.destroy();
});

test('so does one of HTTP/2', async () => {
  const session = connect(`http://${HOST}:${await startImpatient()}`);
  for (let round = 0; round < 12; round += 1)
    expect(await http2Post(session, '/b/k', BODY)).toEqual({ status: 200, body: 'true' });
  session.close();
});
