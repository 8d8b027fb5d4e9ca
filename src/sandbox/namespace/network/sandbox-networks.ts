import { EgressRelay } from '../egress/egress-relay.ts';
import type { Warden } from '../warden/warden.ts';
import { NetworkStock } from './network-stock.ts';
import { type GrantedService, SandboxNetwork } from './sandbox-network.ts';

/** What functions may reach beside their own loopback. */
export interface NetworkOptions {
  /** Everything but this machine, by TCP, and name lookups. */
  readonly internet: boolean;
  /** Addresses of this machine that they may reach all the same: `10.1.2.3` or `10.1.2.0/24`. */
  readonly allowed: readonly string[];
  /** Known once the platform listens; sandboxes for functions wait for it. */
  readonly service: Promise<GrantedService | undefined>;
}

/** The networks of all sandboxes, the warden that keeps them and the relay that leads out of them. */
export class SandboxNetworks {
  readonly #startWarden: () => Warden;
  readonly #options: NetworkOptions;
  readonly #stock = new NetworkStock(async () => await this.#make());
  #warden: Warden;
  #relay: EgressRelay | undefined;
  #withoutInternet: string | undefined;
  #closed = false;

  constructor(startWarden: () => Warden, options: NetworkOptions) {
    this.#startWarden = startWarden;
    this.#options = options;
    this.#warden = startWarden();
  }

  /** Why there is no way out although there should be. */
  get withoutInternet(): string | undefined {
    return this.#withoutInternet;
  }

  /** Rejects where no networks can be made. */
  async open(): Promise<void> {
    await this.#warden.open();
    if (!this.#options.internet) return;
    try {
      await this.#warden.forget(await this.#warden.network(true));
      this.#relay = new EgressRelay(this.#options.allowed);
    } catch (error) {
      // Where connections cannot be diverted there is no way out, never the way of this machine itself.
      this.#withoutInternet = error instanceof Error ? error.message : String(error);
    }
  }

  /** One for a single sandbox, which closes it. */
  async take(): Promise<SandboxNetwork> {
    return await this.#stock.take();
  }

  /** One with nothing in it, for a sandbox of our own. */
  async empty(): Promise<SandboxNetwork> {
    return await SandboxNetwork.make({ warden: this.#livingWarden(), relay: undefined, service: undefined });
  }

  /** Ends everything that was started in any of them. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stock.close();
    await Promise.all([this.#warden.close(), this.#relay?.close()]);
  }

  async #make(): Promise<SandboxNetwork> {
    const service = await this.#options.service;
    return await SandboxNetwork.make({ warden: this.#livingWarden(), relay: this.#relay, service });
  }

  #livingWarden(): Warden {
    if (this.#closed) throw new Error('The sandbox driver is closed.');
    if (!this.#warden.alive) this.#warden = this.#startWarden();
    return this.#warden;
  }
}
