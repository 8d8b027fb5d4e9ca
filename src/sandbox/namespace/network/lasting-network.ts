import type { Server, Socket } from 'node:net';
import type { SandboxNetwork } from './sandbox-network.ts';

/** The network of one sandbox for as long as that lives, whatever becomes of the process that keeps the network. */
export class LastingNetwork {
  readonly #take: () => Promise<SandboxNetwork>;
  #network: SandboxNetwork | undefined;
  #server: Server | undefined;

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
    this.#network?.close();
    const network = await this.#take();
    this.#network = network;
    if (this.#server !== undefined) {
      this.#server.close();
      network.listen(this.#server);
    }
    return network;
  }

  async listen(server: Server): Promise<string> {
    const network = await this.living();
    this.#server = server;
    return network.listen(server);
  }

  async connect(port: number): Promise<Socket> {
    return await (await this.living()).connect(port);
  }

  close(): void {
    this.#network?.close();
  }
}
