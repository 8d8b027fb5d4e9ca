import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { CreateQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../support/certificates.ts';
import { available } from '../support/commands.ts';
import { createUrl, openToAll } from '../support/function-urls.ts';
import { deploy } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { untilWorkers } from '../support/workers.ts';

/** Takes its time: the client has long ended its side. */
const SLOW = `exports.handler = async (event) => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return event.requestContext === undefined ? event : { statusCode: 200, body: event.rawPath };
};`;
const WORKERS = 2;

describe.each([
  ['in the clear', false, 1],
  ['with workers', false, WORKERS],
  ['over TLS, with workers', true, WORKERS],
] as const)('%s, a client that ends its side', (_, isSecure, workers) => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: TestServer;
  let host: string;
  let queue: string;
  const isSkipped = isSecure && !available('openssl', 'version');

  beforeAll(async () => {
    if (isSkipped) return;
    folder = await temporaryDirectory();
    const tls = isSecure ? { tls: selfSigned(folder.path) } : {};
    server = await startServer({ ...tls, flags: ['--workers', String(workers)] });
    if (workers > 1) await untilWorkers(server, workers);
    await deploy(server.lambda, 'slow', { 'index.js': SLOW });
    await openToAll(server.lambda, 'slow');
    const { FunctionUrl = '' } = await createUrl(server.lambda, { FunctionName: 'slow' });
    ({ host } = new URL(FunctionUrl));
    ({ QueueUrl: queue = '' } = await server.sqs.send(new CreateQueueCommand({ QueueName: 'q' })));
  });

  afterAll(async () => {
    if (isSkipped) return;
    expect(await server.stop()).toBe(0);
    await folder.remove();
  });

  /** All that comes for what is sent before the end. */
  async function allFor(sent: string): Promise<string> {
    const where = { port: Number(new URL(server.endpoint).port), host: '127.0.0.1' };
    const { ca } = server;
    const socket = ca === undefined ? connect(where) : connectTls({ ...where, ca });
    socket.end(sent);
    return Buffer.concat((await socket.toArray()) as Buffer[]).toString();
  }

  const invocation = (body: string): string =>
    `POST /2015-03-31/functions/slow/invocations HTTP/1.1\r\nhost: h\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const urlRequest = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`;

  test.skipIf(isSkipped)('is answered by functions', async () => {
    expect(await allFor(invocation('"1"'))).toMatch(/^HTTP\/1\.1 200 [^]*"1"$/);
    expect(await allFor(urlRequest('/one'))).toMatch(/^HTTP\/1\.1 200 [^]*\/one$/);
    const all = await allFor(invocation('"2"') + urlRequest('/two') + invocation('"3"'));
    expect(all.match(/"2"|"3"|\/two/g)).toEqual(['"2"', '/two', '"3"']);
  });

  test.skipIf(isSkipped)('gets the messages there are, and does not wait for others', async () => {
    const body = JSON.stringify({ QueueUrl: queue, WaitTimeSeconds: 20 });
    const receive = [
      'POST / HTTP/1.1',
      'host: h',
      'content-type: application/x-amz-json-1.0',
      'x-amz-target: AmazonSQS.ReceiveMessage',
      `content-length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
    expect(await allFor(receive)).toMatch(/\r\n\r\n\{\}$/);
    await server.sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: 'is here' }));
    expect(await allFor(receive)).toContain('is here');
  });
});
