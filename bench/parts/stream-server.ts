import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** The baseline: a bare node:http server that writes what `STREAMED` writes. Prints its port. */
const server = createServer((request, response) => void answer(request, response));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const megabyte = Buffer.alloc(1_000_000, 'x');
  for (let left = Number(query.get('megabytes') ?? 0); left > 0; left -= 1)
    if (!response.write(megabyte)) await once(response, 'drain');
  for (let left = Number(query.get('ticks') ?? 0); left > 0; left -= 1) {
    response.write(`${process.hrtime.bigint()}\n`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  response.end();
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`);
});
