import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import type { SidePort } from '../../sandbox.ts';
import type { SandboxNetwork } from './sandbox-network.ts';

interface Side {
  readonly server: Server;
  readonly onDatagrams: (socket: DatagramSocket) => void;
}

/** The network of one sandbox for as long as that lives, whatever becomes of the process that keeps the network. */
export class LastingNetwork {
  readonly #take: () => Promise<SandboxNetwork>;
  #network: SandboxNetwork | undefined;
  #server: Server | undefined;
  #side: Side | undefined;
  #taking: Promise<SandboxNetwork> | undefined;

  /** @param take one that nobody else has */
  constructor(take: () => Promise<SandboxNetwork>) {
    this.#take = take;
  }

  get alive(): boolean {
    return this.#network?.alive === true;
  }

  /** Where the process that kept it has ended, with everything it had started, another takes its place. */
  async living(): Promise<SandboxNetwork> {
    if (this.#network?.alive === true) return this.#network;
    // Of several that wait here the first takes it.
    this.#taking ??= this.#renew().finally(() => (this.#taking = undefined));
    return await this.#taking;
  }

  async #renew(): Promise<SandboxNetwork> {
    this.#network?.close();
    const network = await this.#take();
    this.#network = network;
    if (this.#server !== undefined) {
      this.#server.close();
      network.listen(this.#server);
    }
    if (this.#side !== undefined) {
      const { server, onDatagrams } = this.#side;
      server.close();
      await network.listenBeside(server, onDatagrams);
    }
    return network;
  }

  async listen(server: Server): Promise<string> {
    const network = await this.living();
    this.#server = server;
    return network.listen(server);
  }

  async listenBeside(server: Server, onDatagrams: (socket: DatagramSocket) => void): Promise<SidePort> {
    const network = await this.living();
    const address = await network.listenBeside(server, onDatagrams);
    this.#side = { server, onDatagrams };
    const reopen = (): void => {
      // A program inside may have taken the port: it hears itself then.
      this.#network?.receiveBeside(onDatagrams).catch(() => undefined);
    };
    return { address, reopen };
  }

  async connect(port: number): Promise<Socket> {
    return await (await this.living()).connect(port);
  }

  close(): void {
    this.#network?.close();
  }
}
