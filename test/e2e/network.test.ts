import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { type Dialled, ownAddress, PROBE } from '../support/network-probe.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { withoutNamespaces } from '../support/without-namespaces.ts';

const reason = withoutNamespaces();
if (reason !== undefined) console.log(`The networks of functions are not tested: ${reason}`);
const address = ownAddress();

/** The platform's helper processes of a kind. */
function helpers(server: TestServer, program: string): number[] {
  return readdirSync('/proc').flatMap((entry) => {
    try {
      const status = readFileSync(`/proc/${entry}/status`, 'latin1');
      const command = readFileSync(`/proc/${entry}/cmdline`, 'latin1');
      return command.includes(program) && status.includes(`PPid:\t${server.process.pid}\n`)
        ? [Number(entry)]
        : [];
    } catch {
      return [];
    }
  });
}

/** Never 0, which would stand for the test's own process group. */
async function onlyHelper(server: TestServer, program: string): Promise<number> {
  const [pid] = await eventually(
    async () => helpers(server, program),
    (all) => all.length === 1,
  );
  if (pid === undefined) throw new Error(`There is no ${program}.`);
  return pid;
}

async function serve(onConnection: (socket: Socket) => void, host: string): Promise<[Server, number]> {
  const service = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await once(service.listen(0, host), 'listening');
  return [service, (service.address() as AddressInfo).port];
}

describe.skipIf(reason !== undefined)('in a network of its own a function', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({
      flags: ['--isolation', 'namespace', ...(address === undefined ? [] : ['--network-allow', address])],
    });
    await deploy(server.lambda, 'prober', PROBE, { MemorySize: 512 });
  });

  afterAll(async () => {
    expect(await server?.stop()).toBe(0);
  });

  const probe = async (event: unknown): Promise<unknown> => {
    const answer = await invoke(server.lambda, 'prober', event);
    expect(answer.functionError, JSON.stringify(answer)).toBeUndefined();
    return answer.payload;
  };
  const dial = async (tcp: object): Promise<Dialled> => (await probe({ tcp })) as Dialled;

  test('finds the Runtime API where it is on AWS', async () => {
    expect(await probe({ env: 'AWS_LAMBDA_RUNTIME_API' })).toBe('169.254.100.1:9001');
    const say = 'GET /2018-06-01/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    expect((await dial({ host: '169.254.100.1', port: 9001, say, end: false })).got).toMatch(
      /^HTTP\/1.1 404/,
    );
  });

  test('calls the AWS endpoint back by the address it is given, and by localhost', async () => {
    const { port } = new URL(server.endpoint);
    expect(await probe({ env: 'AWS_ENDPOINT_URL' })).toBe(`http://127.0.0.1:${port}`);
    const say = 'GET /2015-03-31/functions/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    for (const host of ['127.0.0.1', 'localhost', 'bucket.localhost'])
      expect((await dial({ host, port: Number(port), say, end: false })).got, host).toContain(
        '"FunctionName":"prober"',
      );
  });

  test('calls itself with the AWS SDK', async () => {
    const SDK = `
      const { LambdaClient, ListFunctionsCommand } = require('@aws-sdk/client-lambda');
      exports.handler = async () => (await new LambdaClient().send(new ListFunctionsCommand())).Functions.length;
    `;
    await deploy(server.lambda, 'caller', { 'index.js': SDK }, { MemorySize: 512 });
    expect((await invoke(server.lambda, 'caller')).payload).toBe(2);
  });

  test('looks names up by the resolvers of the machine', async () => {
    expect(await probe({ name: 'localhost' })).toEqual([{ address: '127.0.0.1', family: 4 }]);
    expect(await probe({ name: 'any.name.localhost' })).toEqual([{ address: '127.0.0.1', family: 4 }]);
    expect(await probe({ name: 'sandbox.localdomain' })).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });

  describe.skipIf(address === undefined)('that may reach this machine', () => {
    const host = address ?? '';

    test('gets whole what is sent, and is heard to its end', async () => {
      const sent = randomBytes(8 << 20);
      const said: Buffer[] = [];
      const [service, port] = await serve((socket) => {
        socket.on('data', (chunk: Buffer) => said.push(chunk));
        // Only after it has said everything: the other direction stays open.
        socket.on('end', () => socket.end(sent));
      }, host);
      const say = 'x'.repeat(3_000_000);
      const answer = await dial({ host, port, say });
      expect(answer).toMatchObject({ connected: true, error: null, length: sent.length });
      expect(answer.sha256).toBe(createHash('sha256').update(sent).digest('hex'));
      expect(Buffer.concat(said).toString() === say).toBe(true);
      service.close();
    });

    test('is not told that half an answer is a whole one', async () => {
      const [service, port] = await serve((socket) => {
        socket.write('half', () => socket.resetAndDestroy());
      }, host);
      // Whether it notices in between that it was connected, is up to the machine.
      expect(await dial({ host, port, end: false })).toMatchObject({ error: 'ECONNRESET' });
      service.close();
      expect(await dial({ host, port, end: false })).toMatchObject({ error: 'ECONNRESET', got: '' });
    });

    test('still does when the relay was killed', async () => {
      const [service, port] = await serve((socket) => socket.end('well'), host);
      const relay = await onlyHelper(server, 'relay-main');
      process.kill(relay, 'SIGKILL');
      await eventually(
        async () => helpers(server, 'relay-main'),
        (all) => all.length === 1 && all[0] !== relay,
      );
      const answer = await eventually(
        async () => await dial({ host, port }),
        ({ error }) => error === null,
      );
      expect(answer.got).toBe('well');
      service.close();
    });
  });

  test('runs again, and calls back, when the helper process was killed', async () => {
    const warden = await onlyHelper(server, 'warden-main');
    process.kill(warden, 'SIGKILL');
    await eventually(
      async () => helpers(server, 'warden-main'),
      (all) => !all.includes(warden),
    );
    const payload = await eventually(
      async () => (await invoke(server.lambda, 'caller')).payload,
      (found) => found === 2,
    );
    expect(payload).toBe(2);
  });
});

describe.skipIf(reason !== undefined)('with --network none a function', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({ flags: ['--isolation', 'namespace', '--network', 'none'] });
    await deploy(server.lambda, 'prober', PROBE);
  });

  afterAll(async () => {
    expect(await server?.stop()).toBe(0);
  });

  test('reaches the AWS endpoint and nothing else', async () => {
    const dial = async (tcp: object): Promise<Dialled> =>
      (await invoke(server.lambda, 'prober', { tcp })).payload as Dialled;
    const say = 'GET /2015-03-31/functions/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const { port } = new URL(server.endpoint);
    expect((await dial({ host: '127.0.0.1', port: Number(port), say, end: false })).got).toContain(
      '"prober"',
    );
    for (const host of ['192.0.2.1', '10.0.0.1', '2606:4700::1', address ?? '1.1.1.1']) {
      expect(await dial({ host, port: 80 }), host).toMatchObject({ connected: false, error: 'ENETUNREACH' });
      if (!host.includes(':'))
        expect((await invoke(server.lambda, 'prober', { udp: { host, port: 123 } })).payload).toBe(
          'ENETUNREACH',
        );
    }
    expect((await invoke(server.lambda, 'prober', { name: 'example.com' })).payload).toBe('EAI_AGAIN');
  });
});

test('where functions are in the network of the machine, no setting pretends otherwise', async () => {
  for (const flags of [
    ['--network', 'none'],
    ['--network-allow', '10.1.2.3'],
  ]) {
    const starting = startServer({ flags: ['--isolation', 'process', ...flags] });
    await expect(starting).rejects.toThrow(
      `${flags.join(' ').replace(/ 10.*/, '')} needs --isolation namespace`,
    );
  }
});
