import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, invoke } from '../support/functions.ts';
import { type Dialled, PROBE } from '../support/network-probe.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type AttackedLevel, levels } from './levels.ts';

/** Asks another machine whether it is there, by a socket that may do that where it is allowed to anybody. */
const PING = `
import socket
try:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as echo:
        echo.settimeout(8)
        echo.connect(('10.255.255.1', 0))
        echo.send(bytes([8, 0, 0, 0, 0, 0, 0, 1]))
        echo.recv(100)
        print('answered')
except OSError as error:
    print('refused', error.errno)
`;

/** Begins connections and gives them up at once, until the kernel does not remember all of them any more. */
const HASTE = `
import socket, time
def remembered():
    with open('/proc/sys/net/netfilter/nf_conntrack_count') as file:
        return int(file.read())
made = 0
until = time.monotonic() + 50
while time.monotonic() < until and (made < 4000 or remembered() > made / 2):
    for _ in range(500):
        begun = socket.socket()
        begun.setblocking(False)
        begun.connect_ex(('10.%d.%d.%d' % (made >> 16, made >> 8 & 255, made & 255), 80))
        begun.close()
        made += 1
print(made, remembered())
`;

/** Answers everybody who comes, and knows how many did. */
class Service {
  readonly #server: Server;
  visitors = 0;

  constructor() {
    this.#server = createServer((socket) => {
      this.visitors += 1;
      socket.on('error', () => undefined);
      socket.end('of the host');
    });
  }

  async listen(where: { readonly host: string } | { readonly path: string }): Promise<number> {
    this.#server.listen('path' in where ? where : { ...where, port: 0 });
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return typeof address === 'string' ? 0 : (address?.port ?? 0);
  }

  close(): void {
    this.#server.close();
  }
}

for (const level of levels) {
  describe.skipIf(level.missing !== undefined)(
    `under --isolation ${level.name}, in a network of its own, a function cannot`,
    { timeout: level.timeoutMs },
    () => {
      attacks(level);
    },
  );
}

function attacks(level: AttackedLevel): void {
  let server: TestServer;
  let port: number;

  beforeAll(async () => {
    server = await startServer({ flags: ['--isolation', level.name, '--host', '0.0.0.0'] });
    port = Number(new URL(server.endpoint).port);
    await deploy(server.lambda, 'prober', PROBE, { Timeout: 60 });
    await deploy(server.lambda, 'neighbour', PROBE);
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
  const get = async (path: string, start = 'GET'): Promise<string> =>
    (
      await dial({
        host: '127.0.0.1',
        port,
        say: `${start} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
        end: false,
      })
    ).got;

  test('reach services on loopback of the host', async () => {
    const service = new Service();
    const at = await service.listen({ host: '0.0.0.0' });
    for (const host of ['127.0.0.1', 'localhost', '0.0.0.0', '127.1.2.3', '::1', '::ffff:127.0.0.1'])
      expect(await dial({ host, port: at }), host).toMatchObject({ connected: false, got: '' });
    expect(service.visitors).toBe(0);
    service.close();
  });

  test('reach the host by its other addresses', async () => {
    const service = new Service();
    const at = await service.listen({ host: '::' });
    const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
    for (const { address, internal } of addresses.filter((found) => !found.internal)) {
      expect(internal).toBe(false);
      expect(await dial({ host: address, port: at }), address).toMatchObject({ got: '' });
      expect(await dial({ host: address, port }), address).toMatchObject({ got: '' });
    }
    expect(service.visitors).toBe(0);
    service.close();
  });

  test('reach abstract sockets of the host', async () => {
    const service = new Service();
    const path = `\0lambent-test-${process.pid}`;
    await service.listen({ path });
    expect(await dial({ path })).toMatchObject({ error: 'ECONNREFUSED' });
    expect(service.visitors).toBe(0);
    service.close();
  });

  test("reach clouds' metadata", async () => {
    for (const host of ['169.254.169.254', '169.254.170.2'])
      expect(await dial({ host, port: 80 }), host).toMatchObject({ connected: false, error: 'ECONNREFUSED' });
    // Where this machine has no way out by IPv6, sandboxes have none either.
    expect((await dial({ host: 'fd00:ec2::254', port: 80 })).error).toMatch(/^(?:ECONNRESET|ENETUNREACH)$/);
    for (const host of ['100.100.100.200', '168.63.129.16', '192.0.0.192']) {
      expect(await dial({ host, port: 80 }), host).toMatchObject({ error: 'ECONNRESET', got: '' });
      expect(await probe({ udp: { host, port: 80 } }), host).toBe('ECONNREFUSED');
    }
  });

  test('use the routes of the platform itself', async () => {
    for (const path of [
      '/_lambent/health',
      '/_lambent/reset',
      'http://localhost/_lambent/health',
      '/%5flambent/health',
      '//_lambent/health',
    ]) {
      const answer = await get(path);
      expect(answer, path).toMatch(/^HTTP\/1.1 [45]/);
      expect(answer, path).not.toContain('isolation');
    }
    expect(await get('/_lambent/health')).toContain('HTTP/1.1 403');
    const overHttp2 = await probe({
      spawn: [
        '/usr/bin/env',
        'curl',
        '--http2-prior-knowledge',
        '-s',
        `http://127.0.0.1:${port}/_lambent/health`,
      ],
    });
    expect((overHttp2 as { readonly stdout: string }).stdout).not.toContain('isolation');
  });

  test('reach or see what other environments listen on', async () => {
    await invoke(server.lambda, 'neighbour');
    const { stdout } = (await probe({ spawn: ['/usr/bin/cat', '/proc/net/tcp', '/proc/net/unix'] })) as {
      readonly stdout: string;
    };
    const listening = [...stdout.matchAll(/^\s*\d+: ([0-9A-F]+):([0-9A-F]+) 00000000:0000 0A/gm)];
    const ports = listening.map(([, , hex = '']) => Number.parseInt(hex, 16)).toSorted((a, b) => a - b);
    // Of a kernel of its own it sees no listeners at all: those are the host's.
    expect(ports).toEqual(level.hasOwnKernel ? [] : [9, 9001, port].toSorted((a, b) => a - b));
    expect(stdout).not.toContain('lambent');
  });

  test('connect to the relay itself, or make it connect to the host', async () => {
    expect(await dial({ host: '127.0.0.1', port: 9 })).toMatchObject({ error: 'ECONNRESET', got: '' });
    expect(await dial({ host: '169.254.100.1', port: 22 })).toMatchObject({ connected: false });
  });

  test('send anything but TCP and UDP', async () => {
    // Nothing answers at that address, but no packet would come so far.
    const { stdout } = (await probe({ spawn: ['/usr/bin/env', 'python3', '-c', PING] })) as {
      readonly stdout: string;
    };
    expect(stdout).toMatch(/^refused \d+\n$/);
    expect(await probe({ udp: { host: '169.254.100.1', port: 2000 } })).toBe('ECONNREFUSED');
  });

  // Of a kernel of its own it is not told.
  test.skipIf(level.hasOwnKernel)(
    'have connections remembered without end',
    async () => {
      const { stdout, stderr } = (await probe({ spawn: ['/usr/bin/env', 'python3', '-c', HASTE] })) as {
        readonly stdout: string;
        readonly stderr: string;
      };
      const [made = 0, remembered = 0] = stdout.split(' ').map(Number);
      expect(made, stderr).toBeGreaterThan(1000);
      expect(remembered).toBeLessThanOrEqual(made / 2);
    },
    90_000,
  );

  test('change its network', async () => {
    for (const spawn of [
      ['ip', 'link', 'set', 'lo', 'down'],
      ['ip', 'route', 'del', 'default'],
      ['nft', 'flush', 'ruleset'],
    ]) {
      const { status } = (await probe({ spawn: ['/usr/bin/env', ...spawn] })) as { readonly status: number };
      expect(status, spawn.join(' ')).not.toBe(0);
    }
    expect(await dial({ host: '169.254.169.254', port: 80 })).toMatchObject({ error: 'ECONNREFUSED' });
  });
}
