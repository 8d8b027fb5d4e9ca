import { connect } from 'node:net';
import { isTableKind, itemText, keyOf, MOST_AT, PARTITIONS, QUERIED, type TableKind } from './table-items.ts';

/**
 * The load on a table, in a process of its own: `node table-load.ts PORT TABLE put|update|get|query CONNECTIONS
 * DURATION_MS [PATH]`. The duration comes twice, first to warm up. Prints how many a second, and what one took, as JSON.
 */
const [port = '', table = '', kind = '', connections = '', durationMs = '', path = '/'] =
  process.argv.slice(2);
const REQUESTS_READY = 500;

const OPERATIONS: Readonly<Record<TableKind, string>> = {
  put: 'PutItem',
  update: 'UpdateItem',
  get: 'GetItem',
  query: 'Query',
};

function input(of: TableKind, turn: number): object {
  // Spread over all partitions; a prime goes round them all.
  const item = (turn * 7919) % (PARTITIONS * MOST_AT);
  const key = keyOf(item);
  switch (of) {
    case 'put':
      return { Item: JSON.parse(itemText(item)) as object };
    case 'get':
      return { Key: key };
    case 'update':
      return {
        Key: key,
        UpdateExpression: 'SET visits = if_not_exists(visits, :none) + :one',
        ExpressionAttributeValues: { ':none': { N: '0' }, ':one': { N: '1' } },
      };
    case 'query':
      return {
        KeyConditionExpression: 'id = :id AND #at >= :at',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':id': key.id, ':at': { N: String(item % (MOST_AT - QUERIED)) } },
        Limit: QUERIED,
      };
  }
}

function request(of: TableKind, turn: number): Buffer {
  const body = JSON.stringify({ TableName: table, ...input(of, turn) });
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    'content-type: application/x-amz-json-1.0',
    `x-amz-target: DynamoDB_20120810.${OPERATIONS[of]}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'user-agent: aws-sdk-js/3.1162.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.21.0 api/dynamodb#3.1162.0 m/E,N',
    'x-amz-date: 20261121T020000Z',
    `x-amz-content-sha256: ${'ab'.repeat(32)}`,
    'authorization: AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/dynamodb/aws4_request, ' +
      `SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-target, Signature=${'cd'.repeat(32)}`,
    'connection: keep-alive',
  ].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${body}`);
}

if (!isTableKind(kind)) throw new Error(`There is no ${kind}.`);
const requests = Array.from({ length: REQUESTS_READY }, (_, turn) => request(kind, turn));
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;

let tookMs: number[] = [];
let startedAt = performance.now() + Number(durationMs);
setTimeout(() => {
  tookMs = [];
  startedAt = performance.now();
}, Number(durationMs));
const isOver = (): boolean => performance.now() - startedAt >= Number(durationMs);

async function drive(first: number): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  let turn = first;
  let read = '';
  let sentAt = 0;
  const send = (): void => {
    turn = (turn + 1) % requests.length;
    sentAt = performance.now();
    const next = requests[turn];
    if (next !== undefined) socket.write(next);
  };
  socket.on('connect', send);
  socket.on('data', (chunk: Buffer) => {
    read += chunk.toString('latin1');
    const end = read.indexOf('\r\n\r\n');
    if (end < 0 || read.length < end + 4 + Number(CONTENT_LENGTH.exec(read)?.[1] ?? 0)) return;
    if (!read.startsWith('HTTP/1.1 200')) ended.reject(new Error(read.slice(0, 1_000)));
    read = '';
    tookMs.push(performance.now() - sentAt);
    if (isOver()) socket.destroy();
    else send();
  });
  socket.on('close', () => ended.resolve());
  socket.on('error', (error) => ended.reject(error));
  await ended.promise;
}

await Promise.all(Array.from({ length: Number(connections) }, (_, index) => drive(index * 29)));
const seconds = (performance.now() - startedAt) / 1000;
const sorted = tookMs.toSorted((a, b) => a - b);
const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
console.log(JSON.stringify({ perSecond: sorted.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) }));
