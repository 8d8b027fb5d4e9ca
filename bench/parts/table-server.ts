import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { openRawTable, placeOf } from './raw-table.ts';
import { isTableKind } from './table-items.ts';

/**
 * A bare node:http server over bare statements: `node table-server.ts FILE`. The kind of operation is its request's path; it
 * reads the same bodies as DynamoDB, checks nothing of them, and gives each write a commit of its own. Prints its address.
 */
const table = openRawTable(process.argv[2] ?? '');

interface Body {
  readonly Item?: { readonly id: { readonly S: string }; readonly at: { readonly N: string } };
  readonly Key?: { readonly id: { readonly S: string }; readonly at: { readonly N: string } };
  readonly ExpressionAttributeValues?: {
    readonly ':id': { readonly S: string };
    readonly ':at': { readonly N: string };
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString()) as Body;
  const kind = request.url?.slice(1) ?? '';
  if (!isTableKind(kind)) throw new Error(`There is no ${kind}.`);
  const values = body.ExpressionAttributeValues;
  const key = body.Item ?? body.Key ?? { id: values?.[':id'] ?? { S: '' }, at: values?.[':at'] ?? { N: '' } };
  const text = body.Item === undefined ? (table.rows[0]?.text ?? '') : JSON.stringify(body.Item);
  const isWrite = kind === 'put' || kind === 'update';
  if (isWrite) table.begin();
  const found = table.run[kind]({ ...placeOf(key.id.S, key.at.N), text });
  if (isWrite) table.commit();
  const items = Array.isArray(found) ? (found as { item: string }[]).map(({ item }) => item) : [];
  const output = isWrite ? '{}' : `{"Items":[${items.join(',')}]}`;
  response.writeHead(200, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(output),
  });
  response.end(output);
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`);
});
