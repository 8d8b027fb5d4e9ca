import { connect } from 'node:net';
import { invokeRequest } from './signing.ts';

/**
 * The load on a queue or on a function that takes events, in a process of its own:
 * `node queue-load.ts PORT TARGET send|take|accept CONNECTIONS DURATION_MS [EACH]`.
 * `send` sends messages of a kilobyte to a queue's URL; `take` receives one there and deletes it, which counts once;
 * `accept` invokes the function of that name with events of a kilobyte. Prints how many a second.
 * The duration comes twice, first to warm up; instead of it, each connection can have so many to do.
 */
const [port = '', target = '', kind = '', connections = '', durationMs = '', each] = process.argv.slice(2);

function request(operation: string, input: object): Buffer {
  const body = JSON.stringify({ QueueUrl: target, ...input });
  const head = [
    `POST ${target.replace(/^\w+:\/\/[^/]+/, '')} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    'content-type: application/x-amz-json-1.0',
    `x-amz-target: AmazonSQS.${operation}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'user-agent: aws-sdk-js/3.1162.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.21.0 api/sqs#3.1162.0 m/E,N',
    'x-amz-date: 20261121T020000Z',
    `x-amz-content-sha256: ${'ab'.repeat(32)}`,
    'authorization: AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/sqs/aws4_request, ' +
      `SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-target, Signature=${'cd'.repeat(32)}`,
    'connection: keep-alive',
  ].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${body}`);
}

const PUT =
  kind === 'accept'
    ? invokeRequest(
        `127.0.0.1:${port}`,
        `/2015-03-31/functions/${target}/invocations`,
        JSON.stringify({ payload: 'x'.repeat(1000) }),
        new Date(),
        ['x-amz-invocation-type: Event'],
      )
    : request('SendMessage', { MessageBody: 'x'.repeat(1000) });
const RECEIVE = request('ReceiveMessage', { MaxNumberOfMessages: 1, WaitTimeSeconds: 1 });
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;
const RECEIPT = /"ReceiptHandle":"([^"]+)"/;

let done = 0;
let startedAt = performance.now();
if (each === undefined) {
  // Both sides warm up first; that is not counted.
  startedAt += Number(durationMs);
  setTimeout(() => {
    done = 0;
    startedAt = performance.now();
  }, Number(durationMs));
}
const isOver = (answered: number): boolean =>
  each === undefined ? performance.now() - startedAt >= Number(durationMs) : answered === Number(each);

/** What comes after an answer. Counts what it completes. */
function next(
  answer: string | undefined,
  wasReceive: boolean,
): { readonly bytes: Buffer; readonly isReceive: boolean } {
  if (kind !== 'take') {
    if (answer !== undefined) done += 1;
    return { bytes: PUT, isReceive: false };
  }
  const receipt = wasReceive ? RECEIPT.exec(answer ?? '')?.[1] : undefined;
  if (receipt !== undefined)
    return { bytes: request('DeleteMessage', { ReceiptHandle: receipt }), isReceive: false };
  if (answer !== undefined && !wasReceive) done += 1;
  return { bytes: RECEIVE, isReceive: true };
}

async function drive(): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  let current = next(undefined, false);
  let answered = 0;
  let read = '';
  socket.on('connect', () => socket.write(current.bytes));
  socket.on('data', (chunk: Buffer) => {
    read += chunk.toString('latin1');
    const end = read.indexOf('\r\n\r\n');
    if (end < 0 || read.length < end + 4 + Number(CONTENT_LENGTH.exec(read)?.[1] ?? 0)) return;
    if (!/^HTTP\/1\.1 20[02]/.test(read)) ended.reject(new Error(read));
    current = next(read.slice(end + 4), current.isReceive);
    read = '';
    answered += 1;
    if (isOver(answered)) socket.destroy();
    else socket.write(current.bytes);
  });
  socket.on('close', () => ended.resolve());
  socket.on('error', (error) => ended.reject(error));
  await ended.promise;
}

await Promise.all(Array.from({ length: Number(connections) }, drive));
console.log(`done ${done / ((performance.now() - startedAt) / 1000)}`);
