import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';

/**
 * The load on a stream, in a process of its own: `node record-load.ts PORT STREAM CONNECTIONS RECORDS DURATION_MS` puts
 * so many records of a kilobyte with each request, under keys of their own. Prints how many records a second.
 */
const [port = '', streamName = '', connections = '', records = '', durationMs = ''] = process.argv.slice(2);
const count = Number(records);
const data = Buffer.alloc(1000, 'x').toString('base64');

function request(): Buffer {
  const entries = Array.from({ length: count }, () => ({ Data: data, PartitionKey: randomUUID() }));
  const operation = count === 1 ? 'PutRecord' : 'PutRecords';
  const body = JSON.stringify({
    StreamName: streamName,
    ...(count === 1 ? entries[0] : { Records: entries }),
  });
  const head = [
    'POST / HTTP/1.1',
    `host: 127.0.0.1:${port}`,
    'content-type: application/x-amz-json-1.1',
    `x-amz-target: Kinesis_20131202.${operation}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'user-agent: aws-sdk-js/3.1162.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.21.0 api/kinesis#3.1162.0 m/E,N',
    'x-amz-date: 20261121T020000Z',
    `x-amz-content-sha256: ${'ab'.repeat(32)}`,
    'authorization: AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/kinesis/aws4_request, ' +
      `SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-target, Signature=${'cd'.repeat(32)}`,
    'connection: keep-alive',
  ].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${body}`);
}

const REQUESTS = Array.from({ length: 64 }, request);
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;

let done = 0;
// Both sides warm up first; that is not counted.
let startedAt = performance.now() + Number(durationMs);
setTimeout(() => {
  done = 0;
  startedAt = performance.now();
}, Number(durationMs));
const isOver = (): boolean => performance.now() - startedAt >= Number(durationMs);

async function drive(first: number): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  let turn = first;
  let read = '';
  const send = (): void => {
    turn = (turn + 1) % REQUESTS.length;
    const next = REQUESTS[turn];
    if (next !== undefined) socket.write(next);
  };
  socket.on('connect', send);
  socket.on('data', (chunk: Buffer) => {
    read += chunk.toString('latin1');
    const end = read.indexOf('\r\n\r\n');
    if (end < 0 || read.length < end + 4 + Number(CONTENT_LENGTH.exec(read)?.[1] ?? 0)) return;
    // A record that was refused would be counted as written.
    const isWritten = read.startsWith('HTTP/1.1 200') && !read.includes('"ErrorCode"');
    if (!isWritten) ended.reject(new Error(read.slice(0, 1_000)));
    read = '';
    done += count;
    if (isOver()) socket.destroy();
    else send();
  });
  socket.on('close', () => ended.resolve());
  socket.on('error', (error) => ended.reject(error));
  await ended.promise;
}

await Promise.all(Array.from({ length: Number(connections) }, (_, index) => drive(index * 7)));
console.log(`done ${done / ((performance.now() - startedAt) / 1000)}`);
