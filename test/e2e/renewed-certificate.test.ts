import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Certificate, selfSigned } from '../support/certificates.ts';
import { available } from '../support/commands.ts';
import { eventually } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { untilWorkers } from '../support/workers.ts';

/** Servers are started in the tests themselves, which takes its time where much else goes on. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const hasOpenssl = available('openssl', 'version');
if (!hasOpenssl) process.stderr.write('Renewed certificates skipped: no openssl here\n');
const WORKERS = 2;

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let first: Certificate;
let server: TestServer;

beforeEach(async () => {
  if (!hasOpenssl) return;
  folder = await temporaryDirectory();
  first = selfSigned(folder.path);
  server = await startServer({ tls: first, flags: ['--workers', String(WORKERS), '--isolation', 'process'] });
  await untilWorkers(server, WORKERS);
});

afterEach(async () => {
  if (!hasOpenssl) return;
  expect(await server.stop()).toBe(0);
  await folder.remove();
});

async function open(protocol: 'http/1.1' | 'h2'): Promise<TLSSocket> {
  const { port } = new URL(server.endpoint);
  const where = {
    port: Number(port),
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: [protocol],
  };
  const socket = connect(where);
  await once(socket, 'secureConnect');
  return socket;
}

/** What a new connection is shown: by a worker, or by the main process, which alone speaks HTTP/2. */
async function shown(protocol: 'http/1.1' | 'h2'): Promise<string> {
  const socket = await open(protocol);
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

const everywhere = async (): Promise<readonly string[]> => {
  const all = [await shown('h2')];
  for (let n = 0; n < 2 * WORKERS; n += 1) all.push(await shown('http/1.1'));
  return [...new Set(all)];
};

test.skipIf(!hasOpenssl)(
  'a renewed certificate is shown to new connections, and one that is none is not',
  async () => {
    const [before] = await everywhere();
    await writeFile(first.cert, 'half writ');
    const held = await open('http/1.1');
    await eventually(
      async () => await Promise.resolve(server.output()),
      (output) => output.includes('The TLS files have changed and are not used'),
    );
    expect(await everywhere()).toEqual([before]);
    selfSigned(folder.path);
    const after = await eventually(everywhere, (found) => found.length === 1 && found[0] !== before);
    expect(after).toHaveLength(1);
    // A connection from before goes on.
    held.write('GET /_lambent/health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(String((await once(held, 'data'))[0])).toMatch(/^HTTP\/1.1 200/);
    held.destroy();
  },
);
