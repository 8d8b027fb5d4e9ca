import { connect } from 'node:net';

/**
 * The load on a queue, in a process of its own: `node queue-load.ts PORT QUEUE_URL send|take CONNECTIONS DURATION_MS`.
 * `send` sends messages of a kilobyte; `take` receives one and deletes it, which counts once. Prints how many a second.
 */
const [port = '', queueUrl = '', kind = '', connections = '', durationMs = ''] = process.argv.slice(2);

function request(operation: string, input: object): Buffer {
  const body = JSON.stringify({ QueueUrl: queueUrl, ...input });
  const head = [
    `POST ${new URL(queueUrl).pathname} HTTP/1.1`,
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

const SEND = request('SendMessage', { MessageBody: 'x'.repeat(1000) });
const RECEIVE = request('ReceiveMessage', { MaxNumberOfMessages: 1, WaitTimeSeconds: 1 });
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;
const RECEIPT = /"ReceiptHandle":"([^"]+)"/;

let done = 0;
// Both sides warm up first; that is not counted.
let startedAt = performance.now() + Number(durationMs);
setTimeout(() => {
  done = 0;
  startedAt = performance.now();
}, Number(durationMs));
const isOver = (): boolean => performance.now() - startedAt >= Number(durationMs);

/** What comes after an answer. Counts what it completes. */
function next(
  answer: string | undefined,
  wasReceive: boolean,
): { readonly bytes: Buffer; readonly isReceive: boolean } {
  if (kind === 'send') {
    if (answer !== undefined) done += 1;
    return { bytes: SEND, isReceive: false };
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
  let read = '';
  socket.on('connect', () => socket.write(current.bytes));
  socket.on('data', (chunk: Buffer) => {
    read += chunk.toString('latin1');
    const end = read.indexOf('\r\n\r\n');
    if (end < 0 || read.length < end + 4 + Number(CONTENT_LENGTH.exec(read)?.[1] ?? 0)) return;
    if (!read.startsWith('HTTP/1.1 200')) ended.reject(new Error(read));
    current = next(read.slice(end + 4), current.isReceive);
    read = '';
    if (isOver()) socket.destroy();
    else socket.write(current.bytes);
  });
  socket.on('close', () => ended.resolve());
  socket.on('error', (error) => ended.reject(error));
  await ended.promise;
}

await Promise.all(Array.from({ length: Number(connections) }, drive));
console.log(`done ${done / ((performance.now() - startedAt) / 1000)}`);
