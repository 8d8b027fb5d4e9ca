import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import type { MachineOrder } from './other-machine-main.ts';

const PROGRAM = join(import.meta.dirname, 'other-machine-main.ts');

/** Addresses of two machines that have nothing but each other; the second is the first's way to everywhere. */
export const MACHINES = {
  first: { ipv4: '10.77.0.1', ipv6: 'fd77::1' },
  second: { ipv4: '10.77.0.2', ipv6: 'fd77::2' },
  /** Also of the second, in other places. */
  far: { ipv4: '203.0.113.5', ipv6: '2606:4700:77::5' },
  /** Whoever sends there hears nothing. */
  silent: '198.51.100.1',
} as const;

/** Why there can be no such machines here; undefined where there can. */
export function withoutMachines(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root makes networks to test with';
  const missing = ['ip', 'nsenter'].find((program) => spawnSync(program, ['-V']).error !== undefined);
  return missing === undefined ? undefined : `${missing} is not installed`;
}

/** One machine: a network namespace, and a program in it that serves. */
export class OtherMachine {
  readonly name: string;
  #program: ChildProcess | undefined;
  #entrances: Server[] = [];

  constructor(name: string) {
    this.name = name;
    run('ip', 'netns', 'add', name);
    this.ip('link', 'set', 'lo', 'up');
  }

  /** The beginning of a command line of what is to run there. */
  get enter(): readonly string[] {
    return ['nsenter', `--net=/run/netns/${this.name}`];
  }

  ip(...parameters: string[]): void {
    run('ip', '-n', this.name, ...parameters);
  }

  /** @returns the port at which both TCP and UDP are answered */
  async serve(host: string, port = 0): Promise<number> {
    return await this.#ask({ kind: 'serve', host, port });
  }

  async visitors(): Promise<number> {
    return await this.#ask({ kind: 'visitors' });
  }

  /** A port on loopback of these tests that leads to one on loopback there. */
  async entrance(port: number): Promise<number> {
    const program = this.#start();
    const entrance = createServer({ pauseOnConnect: true }, (socket) => {
      if (program.connected) program.send({ kind: 'carry', port } satisfies MachineOrder, socket);
      else socket.destroy();
    });
    this.#entrances.push(entrance);
    await once(entrance.listen(0, '127.0.0.1'), 'listening');
    return (entrance.address() as AddressInfo).port;
  }

  async remove(): Promise<void> {
    for (const entrance of this.#entrances) entrance.close();
    const program = this.#program;
    if (program?.exitCode === null && program.signalCode === null) {
      const gone = once(program, 'exit');
      program.disconnect();
      await gone;
    }
    spawnSync('ip', ['netns', 'del', this.name]);
  }

  async #ask(order: MachineOrder): Promise<number> {
    const program = this.#start();
    const answered = once(program, 'message') as Promise<[number]>;
    program.send(order);
    return (await answered)[0];
  }

  #start(): ChildProcess {
    const [enter = '', ...parameters] = this.enter;
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    this.#program ??= spawn(enter, [...parameters, process.execPath, PROGRAM], { stdio: [...stdio] });
    return this.#program;
  }
}

/** Two machines with a cable between them. */
export function twoMachines(): readonly [OtherMachine, OtherMachine] {
  const tag = `lambent-${process.pid}`;
  const [first, second] = [new OtherMachine(`${tag}-1`), new OtherMachine(`${tag}-2`)];
  const cable = ['link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', second.name];
  first.ip(...cable);
  for (const [machine, own] of [
    [first, MACHINES.first],
    [second, MACHINES.second],
  ] as const) {
    machine.ip('addr', 'add', `${own.ipv4}/24`, 'broadcast', '10.77.0.255', 'dev', 'cable');
    machine.ip('addr', 'add', `${own.ipv6}/64`, 'dev', 'cable', 'nodad');
    machine.ip('link', 'set', 'cable', 'up');
  }
  second.ip('addr', 'add', `${MACHINES.far.ipv4}/32`, 'dev', 'lo');
  second.ip('addr', 'add', `${MACHINES.far.ipv6}/128`, 'dev', 'lo', 'nodad');
  // What comes back to whom is not known is not told of.
  second.ip('route', 'add', 'blackhole', `${MACHINES.silent}/32`);
  first.ip('route', 'add', 'default', 'via', MACHINES.second.ipv4);
  first.ip('-6', 'route', 'add', 'default', 'via', MACHINES.second.ipv6);
  return [first, second];
}

function run(program: string, ...parameters: string[]): void {
  const { status, stderr } = spawnSync(program, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')}: ${stderr}`);
}
