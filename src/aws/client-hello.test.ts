import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientHelloBytes, readClientHello } from './client-hello.ts';
import { HOST } from './testing/listener-fixture.ts';

const server = createServer();
let port = 0;

beforeAll(async () => {
  await once(server.listen(0, HOST), 'listening');
  port = (server.address() as { port: number }).port;
});

afterAll(() => server.close());

/** What a client of Node's sends first. */
async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  const client = connect({ host: HOST, port, ...options }).on('error', () => undefined);
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const [bytes] = (await once(accepted, 'data')) as [Buffer];
  accepted.destroy();
  client.destroy();
  return bytes;
}

describe('the first message of a TLS connection', () => {
  const H2 = { ALPNProtocols: ['h2', 'http/1.1'] };
  test.each<[ConnectionOptions, ReturnType<typeof readClientHello>]>([
    [{}, { serverName: undefined, offersHttp2: false }],
    [{ servername: 'Abc.Example' }, { serverName: 'abc.example', offersHttp2: false }],
    [
      { servername: 'a.b', ...H2 },
      { serverName: 'a.b', offersHttp2: true },
    ],
    [{ ALPNProtocols: ['http/1.1'] }, { serverName: undefined, offersHttp2: false }],
    [
      { maxVersion: 'TLSv1.2', ...H2 },
      { serverName: undefined, offersHttp2: true },
    ],
  ])('of a client with %j', async (options, expected) => {
    const bytes = await helloOf(options);
    expect(clientHelloBytes(bytes)).toBe(bytes.length);
    expect(readClientHello(bytes)).toEqual(expected);
    // What follows is not looked at.
    expect(readClientHello(Buffer.concat([bytes, bytes]))).toEqual(expected);
  });

  test('is waited for to its end, and to no end where it is none', async () => {
    const bytes = await helloOf(H2);
    for (let length = 1; length < bytes.length; length += 1) {
      const needed = clientHelloBytes(bytes.subarray(0, length));
      expect(needed).toBe(length < 5 ? 5 : bytes.length);
      expect(readClientHello(bytes.subarray(0, length))).toBeUndefined();
    }
    expect(clientHelloBytes(Buffer.from('GET / HTTP/1.1'))).toBeUndefined();
    expect(clientHelloBytes(Buffer.from([22, 3, 1, 255, 255]))).toBeUndefined();
    expect(clientHelloBytes(Buffer.alloc(0))).toBe(5);
  });

  test('is never more than somebody else’s trouble when it is malformed', async () => {
    const bytes = await helloOf({ servername: 'a.b', ...H2 });
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = Buffer.from(bytes);
        for (const [at, value] of changes) changed[at] = value;
        const hello = readClientHello(changed);
        expect(hello === undefined || typeof hello.offersHttp2 === 'boolean').toBe(true);
      }),
      { numRuns: 5000 },
    );
    // A list of extensions longer than the message.
    const cut = Buffer.from(bytes);
    cut.writeUInt16BE(bytes.length - 6, 3);
    expect(readClientHello(cut)).toBeUndefined();
  });
});
