import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { Agent, request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { InvokeWithResponseStreamCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../support/certificates.ts';
import { closed } from '../support/closed.ts';
import { available, run } from '../support/commands.ts';
import { createUrl, openToAll } from '../support/function-urls.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { makeBucket } from '../support/s3-bucket.ts';
import { s3ClientFor } from '../support/s3.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { health, untilWorkers } from '../support/workers.ts';

/** Over TLS a connection's bytes, not the connection, go from a worker to the main process: every API works all the same. */
const WORKERS = 3;
const hasOpenssl = available('openssl', 'version');
if (!hasOpenssl) process.stderr.write('Workers over TLS skipped: no openssl here\n');
const ECHO = 'exports.handler = async (event) => event;';
const STREAMS = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  for (let part = 0; part < 20; part += 1) stream.write(String(part).padEnd(100000, '.'));
  stream.end('last');
});`;

describe.skipIf(!hasOpenssl)('workers over TLS', () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: TestServer;
  let where: { readonly port: number; readonly host: string; readonly ca: Buffer };
  const opened: Socket[] = [];
  const name = uniqueName();
  const path = `/2015-03-31/functions/${name}/invocations`;

  beforeAll(async () => {
    folder = await temporaryDirectory();
    const tls = selfSigned(folder.path);
    server = await startServer({ tls, flags: ['--workers', String(WORKERS), '--isolation', 'process'] });
    await untilWorkers(server, WORKERS);
    where = { port: Number(new URL(server.endpoint).port), host: '127.0.0.1', ca: tls.ca };
    await deploy(server.lambda, name, { 'index.js': ECHO });
  });

  afterAll(async () => {
    for (const socket of opened) socket.destroy();
    expect(await server.stop()).toBe(0);
    await folder.remove();
  });

  /** With one connection. */
  function clientOfOne(): LambdaClient {
    return new LambdaClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler({
        httpsAgent: new Agent({ ca: server.ca, keepAlive: true, maxSockets: 1 }),
      }),
    });
  }

  async function secure(settings: object = {}): Promise<TLSSocket> {
    const socket = connectTls({ ...where, ...settings });
    opened.push(socket);
    await once(socket, 'secureConnect');
    return socket;
  }

  const invokeText = (body: string): string =>
    `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

  async function statusOf(socket: Socket): Promise<string> {
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return answer.toString('latin1').split('\r\n')[0] ?? '';
  }

  test('invokes are answered by all workers', async () => {
    const clients = Array.from({ length: 2 * WORKERS }, clientOfOne);
    for (const [index, client] of clients.entries()) {
      const event = { index, pad: 'p'.repeat(index * 100_000) };
      expect((await invoke(client, name, event, { LogType: 'None' })).payload).toEqual(event);
    }
    for (const { invocations } of (await health(server)).workers) expect(invocations).toBeGreaterThan(0);
    for (const client of clients) client.destroy();
  });

  test('any other request is answered on the same connection, and invokes after it', async () => {
    const client = clientOfOne();
    for (let round = 0; round < 3; round += 1) {
      expect((await invoke(client, name, { round })).payload).toEqual({ round });
      const { Functions } = await client.send(new ListFunctionsCommand({}));
      expect(Functions?.map(({ FunctionName }) => FunctionName)).toContain(name);
    }
    client.destroy();
    const { QueueUrl = '' } = await server.sqs.send(new CreateQueueCommand({ QueueName: uniqueName() }));
    await server.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'm' }));
    const { Messages } = await server.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['m']);
  });

  describe('a connection that a worker has brought to the main process', () => {
    const LIST = 'GET /2015-03-31/functions?MaxItems=1 HTTP/1.1\r\nHost: h\r\n\r\n';
    const ROW = 100;
    const ofWorkers = async (): Promise<number> =>
      (await health(server)).workers.reduce((sum, { invocations }) => sum + invocations, 0);

    test('is its client’s to make anew after many invokes, and the next one is a worker’s', async () => {
      const client = clientOfOne();
      await client.send(new ListFunctionsCommand({}));
      const before = await ofWorkers();
      for (let each = 0; each < ROW + 50; each += 1)
        expect((await invoke(client, name, { each }, { LogType: 'None' })).payload).toEqual({ each });
      expect((await ofWorkers()) - before).toBe(50);
      client.destroy();
    });

    test('stays where invokes are not all that comes', async () => {
      const { said, write } = await speak();
      for (let each = 0; each < 3; each += 1) {
        await write(LIST, 1);
        for (let one = 0; one < ROW - 1; one += 1) await write(invokeText(`"${one}"`), 1);
      }
      expect(said()).toHaveLength(3 * ROW);
      expect(said().join('')).not.toMatch(/connection: close/i);
    });

    test('stays where requests are sent ahead of their answers, and all are answered', async () => {
      const { said, write } = await speak();
      await write(LIST, 1);
      const ahead = Array.from({ length: 3 * ROW }, (_, each) => `"ahead-${each}"`);
      await write(invokeText(ahead[0] ?? '') + invokeText(ahead[1] ?? ''), 2);
      for (const body of ahead.slice(2)) await write(invokeText(body), 1);
      expect(
        said()
          .slice(1)
          .map((answer) => answer.split('\r\n\r\n')[1]),
      ).toEqual(ahead);
      expect(said().join('')).not.toMatch(/connection: close/i);
    });

    test('goes with the answer that says so, and with no other', async () => {
      const { said, write, ended } = await speak();
      await write(LIST, 1);
      for (let one = 1; one <= ROW; one += 1) await write(invokeText(`"${one}"`), 1);
      await ended;
      expect(said()).toHaveLength(1 + ROW);
      expect(said().findIndex((answer) => /^connection: close\r$/im.test(answer))).toBe(ROW);
      expect(said().at(-1)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*"100"$/);
    });
  });

  /** A connection on which answers are waited for; they are told apart by their beginnings. */
  async function speak() {
    const socket = await secure();
    let text = '';
    let onMore: () => void = () => undefined;
    // Those that are left open are not spared when workers are killed.
    socket.on('error', () => undefined);
    socket.setEncoding('latin1').on('data', (data) => {
      text += String(data);
      onMore();
    });
    const said = (): string[] => text.split(/(?=HTTP\/1\.1 )/);
    const whole = (): string[] =>
      said().filter((answer) => {
        const [head = '', body] = answer.split('\r\n\r\n');
        return body?.length === Number(/content-length: (\d+)/i.exec(head)?.[1]);
      });
    const write = async (bytes: string, answers: number): Promise<void> => {
      const wanted = whole().length + answers;
      socket.write(bytes);
      while (whole().length < wanted) await new Promise<void>((resolve) => (onMore = resolve));
    };
    return { said, write, ended: closed(socket) };
  }

  test('a hundred megabytes go up and come down as they are', async () => {
    const s3 = s3ClientFor(server, {
      requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: server.ca }) }),
    });
    const bucket = await makeBucket(s3);
    const body = randomBytes(100 * 1024 * 1024);
    await bucket.put('large', body);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket.Bucket, Key: 'large' }));
    const hash = createHash('sha256');
    for await (const chunk of Body as IncomingMessage) hash.update(chunk as Buffer);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(body).digest('hex'));
    s3.destroy();
  }, 120_000);

  test('a response that streams comes whole', async () => {
    const FunctionName = uniqueName();
    await deploy(server.lambda, FunctionName, { 'index.js': STREAMS });
    const { EventStream } = await server.lambda.send(new InvokeWithResponseStreamCommand({ FunctionName }));
    let text = '';
    for await (const { PayloadChunk } of EventStream ?? [])
      text += Buffer.from(PayloadChunk?.Payload ?? []).toString();
    expect(text).toHaveLength(20 * 100_000 + 4);
    expect(text.endsWith('last')).toBe(true);
  });

  test('a function URL tells its function of the client and of TLS, whichever process speaks it', async () => {
    await openToAll(server.lambda, name);
    const { FunctionUrl = '' } = await createUrl(server.lambda, { FunctionName: name });
    const { host, hostname } = new URL(FunctionUrl);
    // With the name in the handshake the main process speaks TLS, without it a worker.
    for (const servername of [hostname, undefined]) {
      const agent = new Agent({ ...where, ...(servername !== undefined && { servername }) });
      const options = { ...where, agent, headers: { host }, path: '/a?b=c', localAddress: '127.0.0.9' };
      const sent = request(servername === undefined ? options : { ...options, servername });
      if (servername === undefined) sent.on('error', () => undefined);
      sent.end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const text = Buffer.concat((await response.toArray()) as Buffer[]).toString();
      const { headers, requestContext } = JSON.parse(text) as UrlEvent;
      expect(requestContext.http).toMatchObject({ sourceIp: '127.0.0.9', protocol: 'HTTP/1.1' });
      expect(headers).toMatchObject({
        'x-amzn-tls-version': 'TLSv1.3',
        'x-amzn-tls-cipher-suite': expect.stringMatching(/^TLS_/) as unknown,
        'x-forwarded-for': '127.0.0.9',
        'x-forwarded-port': String(where.port),
        'x-forwarded-proto': 'https',
      });
      agent.destroy();
    }
    const session = connectHttp2(server.endpoint, { ca: server.ca });
    const stream = session.request({ ':authority': host, ':path': '/' });
    const [answered] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    const text = Buffer.concat((await stream.toArray()) as Buffer[]).toString();
    expect(answered[':status']).toBe(200);
    expect((JSON.parse(text) as UrlEvent).requestContext.http.protocol).toBe('HTTP/2.0');
    session.close();
  });

  test.skipIf(!available('curl', '--version'))('curl speaks HTTP/1.1 and HTTP/2', async () => {
    for (const [flag, version] of [
      ['--http1.1', '1.1'],
      ['--http2', '2'],
    ] as const) {
      const url = `${server.endpoint}${path}`;
      const print = ['-w', ' %{http_version} %{http_code}'];
      const { stdout } = await run('curl', ['-sk', flag, ...print, '-d', '{"a":1}', url]);
      expect(stdout).toBe(`{"a":1} ${version} 200`);
    }
  });

  test('a request cut in two anywhere is one request, and so is a handshake', async () => {
    const text = invokeText('{"cut":true}');
    for (let cut = 1; cut < text.length; cut += 1) {
      const socket = (await secure()).setNoDelay();
      socket.write(text.slice(0, cut));
      await new Promise((resolve) => setImmediate(resolve));
      socket.write(text.slice(cut));
      expect([cut, await statusOf(socket)]).toEqual([cut, 'HTTP/1.1 200 OK']);
    }
    for (let cut = 1; cut < 250; cut += 6) {
      const raw = connect(where.port, where.host).setNoDelay();
      await once(raw, 'connect');
      const socket = connectTls({ socket: cutting(raw, cut), ca: where.ca, servername: 'localhost' });
      socket.write(text);
      expect([cut, await statusOf(socket)]).toEqual([cut, 'HTTP/1.1 200 OK']);
      raw.destroy();
    }
  });

  test('who stops in the middle of a handshake, or fails in it, is nobody else’s trouble', async () => {
    const raw = connect(where.port, where.host);
    raw.write(Buffer.from([22, 3, 1, 2, 0, 1]));
    const failures: unknown[] = [];
    for (const settings of [
      { ca: undefined },
      { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' },
      { ALPNProtocols: ['none'] },
    ])
      failures.push(await secure(settings).catch(({ code }: { code: string }) => code));
    expect(failures[0]).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(failures[1]).toMatch(/^ERR_SSL_/);
    expect(failures[2]).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL');
    const clear = connect(where.port, where.host);
    clear.on('error', () => undefined);
    clear.write(invokeText('{}'));
    await closed(clear);
    const socket = await secure();
    socket.write(invokeText('{}'));
    expect(await statusOf(socket)).toBe('HTTP/1.1 200 OK');
    expect(raw.destroyed).toBe(false);
    raw.destroy();
  });

  test('a session is taken up again by whichever process is next; a handshake begun anew is refused', async () => {
    const first = await secure({ maxVersion: 'TLSv1.2' });
    const session = first.getSession();
    for (let count = 0; count < 2 * WORKERS; count += 1) {
      const next = await secure({ maxVersion: 'TLSv1.2', session });
      expect(next.isSessionReused()).toBe(true);
    }
    const refused = await new Promise((resolve) => {
      first.once('close', () => resolve('closed')).on('error', () => undefined);
      first.renegotiate({}, (error) => resolve(error === null ? 'done' : 'refused'));
    });
    expect(refused).not.toBe('done');
  });

  /** Connections on their way to one that has just been killed end as well. */
  async function untilOthers(killed: readonly number[]): Promise<void> {
    await eventually(
      async () => await health(server).catch(() => undefined),
      (now) => now?.workers.length === WORKERS && now.workers.every(({ pid }) => !killed.includes(pid)),
      60_000,
    );
  }

  test('the connections of a worker that is killed end, and nothing else does', async () => {
    const sockets = await Promise.all(Array.from({ length: 2 * WORKERS }, async () => await secure()));
    // Half are with the main process from here on, by way of their workers.
    for (const [index, socket] of sockets.entries()) {
      socket.on('error', () => undefined);
      if (index % 2 === 1) socket.write('GET /_lambent/health HTTP/1.1\r\nHost: h\r\n\r\n');
      else socket.write(invokeText('{}'));
      await once(socket, 'data');
    }
    const { workers } = await health(server);
    const upload = await secure();
    upload.on('error', () => undefined).resume();
    upload.write('PUT /some/key HTTP/1.1\r\nHost: s3.localhost\r\nContent-Length: 9000000\r\n\r\nbegun');
    const first = workers[0]?.pid ?? 0;
    process.kill(first, 'SIGKILL');
    await eventually(
      async () => await Promise.resolve(sockets.filter(({ destroyed }) => destroyed).length),
      (count) => count >= 1,
    );
    await untilOthers([first]);
    for (const socket of sockets.filter(({ destroyed }) => !destroyed)) {
      socket.write(invokeText('{}'));
      expect(await statusOf(socket)).toBe('HTTP/1.1 200 OK');
    }
    const all = (await health(server)).workers.map(({ pid }) => pid);
    for (const pid of all) process.kill(pid, 'SIGKILL');
    if (!upload.destroyed) await closed(upload);
    await untilOthers(all);
    expect((await invoke(server.lambda, name, { still: 'here' })).payload).toEqual({ still: 'here' });
  });
});

interface UrlEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: { readonly http: { readonly sourceIp: string; readonly protocol: string } };
}

/** The connection, but for what goes first over it: that goes in two packets. */
function cutting(raw: Socket, at: number): Duplex {
  let isFirst = true;
  const duplex = new Duplex({
    read: () => void raw.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      const first = isFirst ? at : chunk.length;
      isFirst = false;
      raw.write(chunk.subarray(0, first));
      setImmediate(() => raw.write(chunk.subarray(first), () => done()));
    },
  });
  raw.on('data', (chunk) => duplex.push(chunk)).on('close', () => duplex.destroy());
  return duplex;
}
