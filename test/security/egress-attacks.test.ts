import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Exchanged, EGRESS_PROBE } from '../support/egress-probe.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { MACHINES, type OtherMachine, twoMachines, withoutMachines } from '../support/other-machines.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { levels } from './levels.ts';

const withoutOthers = withoutMachines();
if (withoutOthers !== undefined)
  console.log(`Functions' ways to other machines are not tested: ${withoutOthers}`);

const namespace = levels.find(({ name }) => name === 'namespace');
const { first, second, far, silent } = MACHINES;
const refusedHosts = [
  ...`127.0.0.1 127.1.2.3 0.0.0.0 ${first.ipv4} 169.254.169.254 100.100.100.200 224.0.0.1`.split(' '),
  ...`::1 :: ${first.ipv6} ::ffff:127.0.0.1 ::ffff:${first.ipv4} ff02::1 fd00:ec2::254`.split(' '),
  ...`64:ff9b::7f00:1 2002:7f00:1:: 64:ff9b::${first.ipv4} ::127.0.0.1 fe80::1 fec0::2`.split(' '),
];
const bothKinds = (machine: { readonly ipv4: string; readonly ipv6: string }) => [machine.ipv4, machine.ipv6];

for (const { name, missing } of levels) {
  describe.skipIf(missing !== undefined || withoutOthers !== undefined)(
    `to other machines, under --isolation ${name}, a function`,
    () => {
      let machine: OtherMachine;
      let other: OtherMachine;
      let server: TestServer;
      let port: number;

      beforeAll(async () => {
        [machine, other] = twoMachines();
        port = await other.serve(second.ipv4);
        for (const host of [second.ipv6, far.ipv4, far.ipv6]) await other.serve(host, port);
        // Of the machine that functions run on, at the same port: whoever may be reached would answer.
        for (const host of ['127.0.0.1', '::1', first.ipv4, first.ipv6]) await machine.serve(host, port);
        server = await startServer({ machine, flags: ['--isolation', name] });
        await deploy(server.lambda, 'prober', EGRESS_PROBE, { MemorySize: 512, Timeout: 60 });
      });

      afterAll(async () => {
        const code = await server?.stop();
        await Promise.all([machine?.remove(), other?.remove()]);
        expect(code).toBe(0);
      });

      const probe = async (event: unknown): Promise<unknown> => {
        const answer = await invoke(server.lambda, 'prober', event);
        expect(answer.functionError, JSON.stringify(answer)).toBeUndefined();
        return answer.payload;
      };
      const udp = async (event: object): Promise<Exchanged> => (await probe({ udp: event })) as Exchanged;

      test('gets answers by UDP, over IPv4 and IPv6, from several places at one socket', async () => {
        for (const [near, distant] of [
          [second.ipv4, far.ipv4],
          [second.ipv6, far.ipv6],
        ] as const) {
          const to = [near, distant, near].map((host, index) => ({ host, port, say: `${index}` }));
          const { got, errors } = await udp({ to });
          expect(errors).toEqual([]);
          expect(got).toEqual([`0 of ${near}`, `1 of ${distant}`, `2 of ${near}`]);
          expect((await udp({ to: [{ host: distant, port, say: 'c' }], connected: true })).got).toEqual([
            `c of ${distant}`,
          ]);
        }
      });

      test('gets large ones whole', async () => {
        for (const host of [...bothKinds(second), ...bothKinds(far)])
          expect((await udp({ to: [{ host, port, length: 60_000 }] })).got, host).toEqual(['60000']);
      });

      test('hears that nobody listens', async () => {
        for (const host of bothKinds(second))
          expect((await udp({ to: [{ host, port: 9999 }], connected: true })).errors, host).toEqual([
            'ECONNREFUSED',
          ]);
      });

      test('connects by IPv6', async () => {
        for (const host of bothKinds(far))
          expect(await probe({ tcp: { host, port } }), host).toMatchObject({ error: null });
      });

      test('reaches nothing of its own machine, nor what speaks for it, by datagrams or connections', async () => {
        const before = await machine.visitors();
        for (const host of refusedHosts) {
          const sent = await udp({ to: [{ host, port }], connected: true, waitMs: 1500 });
          expect(sent, host).toMatchObject({ got: [] });
          expect(sent.errors[0] ?? 'nothing', host).toMatch(/^(?:E|nothing)/);
          const dialled = await probe({ tcp: { host, port } });
          expect(dialled, host).toMatchObject({ got: '', error: expect.stringMatching(/^E(?!TIMEDOUT)/) });
        }
        for (const host of ['255.255.255.255', '10.77.0.255'])
          expect((await udp({ to: [{ host, port }], broadcast: true, waitMs: 500 })).got, host).toEqual([]);
        expect(await machine.visitors()).toBe(before);
      });

      test('cannot put anything into its tunnel, nor have the relay take anything for what came out of it', async () => {
        const before = await machine.visitors();
        const [forged, genuine] = [tunnelled('127.0.0.1', port), tunnelled(second.ipv4, port)];
        const others = await other.visitors();
        for (const hex of [forged, genuine])
          for (const to of [
            { host: '127.0.0.1', port: 53, hex },
            { host: '127.0.0.1', port: 11, hex },
            { host: '169.254.100.1', port: 11, hex },
            { host: '127.255.255.255', port: 11, hex },
          ])
            expect((await udp({ to: [to], broadcast: true, waitMs: 300 })).got).toEqual([]);
        expect((await udp({ to: [{ host: second.ipv4, port }], port: 10, waitMs: 300 })).errors).toEqual([
          'EACCES',
        ]);
        // Its own, sent as programs do, arrives after whatever had been on its way.
        expect((await udp({ to: [{ host: second.ipv4, port, say: 'own' }] })).got).toEqual([
          `own of ${second.ipv4}`,
        ]);
        expect(await other.visitors()).toBe(others + 1);
        expect(await machine.visitors()).toBe(before);
      });

      test('that sends everywhere costs a bounded number of sockets, and still gets answers', async () => {
        const [relay = 0] = helpers(server, 'relay-main');
        const before = readdirSync(`/proc/${relay}/fd`).length;
        let from = 10_000;
        const flood = async (): Promise<number> => {
          // More at once and most would be lost, as datagrams may be.
          await probe({ many: { host: silent, from, count: 100 } });
          from += 100;
          return readdirSync(`/proc/${relay}/fd`).length - before;
        };
        await eventually(flood, (sockets) => sockets >= 900);
        for (let round = 0; round < 5; round += 1) expect(await flood()).toBeLessThanOrEqual(1024);
        const to = [{ host: far.ipv4, port, say: 'y' }];
        const { got } = await eventually(
          async () => await udp({ to, waitMs: 1000 }),
          (answer) => answer.got.length > 0,
        );
        expect(got).toEqual([`y of ${far.ipv4}`]);
      });

      test('takes no place among the neighbours of its machine from others, wherever it sends', async () => {
        const before = neighbours();
        for (const host of ['10.200.', '2001:db8::'])
          expect(await probe({ wide: { host, count: 400 } })).toBe(400);
        expect(neighbours() - before).toBeLessThan(200);
      });
    },
  );
}

/** The kernel keeps some hundred neighbours for all networks of the machine, and finds none any more beyond. */
function neighbours(): number {
  const entries = (table: string): number =>
    Number.parseInt(readFileSync(`/proc/net/stat/${table}_cache`, 'latin1').split('\n')[1] ?? '', 16);
  return entries('arp') + entries('ndisc');
}

describe.skipIf(namespace?.missing !== undefined || withoutOthers !== undefined)(
  'on a machine that has no way out by IPv6 a function',
  () => {
    test('is told so at once, and so is whoever asks the platform', { timeout: 120_000 }, async () => {
      const [machine, other] = twoMachines();
      const started: TestServer[] = [];
      onTestFinished(async () => {
        for (const each of started) await each.stop();
        await Promise.all([machine.remove(), other.remove()]);
      });
      machine.ip('-6', 'route', 'del', 'default');
      const server = await startServer({ machine, flags: ['--isolation', 'namespace'] });
      started.push(server);
      await deploy(server.lambda, 'prober', EGRESS_PROBE);
      const port = await other.serve(second.ipv4);
      const ask = async (event: object): Promise<unknown> =>
        (await invoke(server.lambda, 'prober', event)).payload;
      for (const host of [first.ipv6, second.ipv6, far.ipv6, 'fe80::1', '::ffff:127.0.0.1']) {
        const dialled = await ask({ tcp: { host, port } });
        expect(dialled, host).toMatchObject({
          got: '',
          error: expect.stringMatching(/^(?:ENETUNREACH|ECONNREFUSED|EINVAL)$/),
        });
        expect(await ask({ udp: { to: [{ host, port }], connected: true } }), host).toMatchObject({
          got: [],
        });
      }
      expect(await ask({ udp: { to: [{ host: second.ipv4, port }] } })).toMatchObject({
        got: [`x of ${second.ipv4}`],
      });
      const health = (await (await fetch(`${server.endpoint}/_lambent/health`)).json()) as {
        networkReach: object;
      };
      const none = 'this machine has no way out by IPv6';
      expect(health.networkReach).toEqual({ tcp4: 'open', udp4: 'open', tcp6: none, udp6: none });
    });
  },
);

/** What the kernel would send to the relay of a datagram from the function's own address. */
function tunnelled(host: string, port: number): string {
  const bytes = (address: string): string => Buffer.from(address.split('.').map(Number)).toString('hex');
  const number = port.toString(16).padStart(4, '0');
  const frame = ['0800000000000100', '020000000001', '020000000001', '0800'];
  const packet = ['4500001d', '00004000', '40110000', bytes('169.254.100.1'), bytes(host)];
  return [...frame, ...packet, '9c40', number, '0009', '0000', '7a'].join('');
}

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
