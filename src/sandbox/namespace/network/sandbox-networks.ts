import type { NetworkReach } from '../../sandbox.ts';
import { EgressRelay } from '../egress/egress-relay.ts';
import type { WayOut } from '../warden/warden-messages.ts';
import type { Warden } from '../warden/warden.ts';
import { NetworkStock } from './network-stock.ts';
import { HostIpv6 } from './host-ipv6.ts';
import { reachBy, reachNothing } from './network-reach.ts';
import { type GrantedService, SandboxNetwork } from './sandbox-network.ts';

/** What functions may reach beside their own loopback. */
export interface NetworkOptions {
  /** Everything but this machine, by TCP and UDP, and name lookups. */
  readonly internet: boolean;
  /** Addresses of this machine that they may reach all the same: `10.1.2.3`, `10.1.2.0/24` or `fd12::/64`. */
  readonly allowed: readonly string[];
  /** Known once the platform listens; sandboxes for functions wait for it. */
  readonly service: Promise<GrantedService | undefined>;
}

/** The networks of all sandboxes, the warden that keeps them and the relay that leads out of them. */
export class SandboxNetworks {
  readonly #startWarden: () => Warden;
  readonly #options: NetworkOptions;
  readonly #stock = new NetworkStock(async () => await this.#make());
  readonly #hostIpv6 = new HostIpv6();
  #warden: Warden;
  #relay: EgressRelay | undefined;
  #withoutTunnel: string | undefined;
  #withoutAnything: string | undefined;
  #closed = false;

  constructor(startWarden: () => Warden, options: NetworkOptions) {
    this.#startWarden = startWarden;
    this.#options = options;
    this.#warden = startWarden();
  }

  /** By what functions reach other machines here; known once it is open. */
  get reach(): NetworkReach {
    if (!this.#options.internet) return reachNothing('cut off by --network none');
    return reachBy(this.#hostIpv6.has, this.#withoutTunnel, this.#withoutAnything);
  }

  /** Why there is no way out, or only a part of it, although there should be. */
  get withoutInternet(): string | undefined {
    if (this.#withoutAnything !== undefined)
      return `functions reach no network, as packets cannot be filtered here (${this.#withoutAnything})`;
    if (this.#withoutTunnel !== undefined)
      return `functions reach other machines by TCP over IPv4 only, as no tunnel can be made for the rest (${this.#withoutTunnel})`;
    return undefined;
  }

  /** Rejects where no networks can be made. */
  async open(): Promise<void> {
    await this.#warden.open();
    if (!this.#options.internet) return;
    this.#withoutTunnel = await this.#try();
    if (this.#withoutTunnel !== undefined) this.#withoutAnything = await this.#try();
    // Where connections cannot be diverted there is no way out, never the way of this machine itself.
    if (this.#withoutAnything === undefined) this.#relay = new EgressRelay(this.#options.allowed);
  }

  /** One for a single sandbox, which closes it. */
  async take(): Promise<SandboxNetwork> {
    return await this.#stock.take();
  }

  /** One with nothing in it, for a sandbox of our own. */
  async empty(): Promise<SandboxNetwork> {
    return await SandboxNetwork.make({ warden: this.#livingWarden(), egress: undefined, service: undefined });
  }

  /** Ends everything that was started in any of them. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stock.close();
    await Promise.all([this.#warden.close(), this.#relay?.close()]);
  }

  async #make(): Promise<SandboxNetwork> {
    const service = await this.#options.service;
    const egress = this.#relay && { relay: this.#relay, wayOut: this.#wayOut() };
    return await SandboxNetwork.make({ warden: this.#livingWarden(), egress, service });
  }

  /** @returns why no network can be made with what is known of them so far; undefined when it can */
  async #try(): Promise<string | undefined> {
    try {
      await this.#warden.forget(await this.#warden.network(this.#wayOut()));
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #wayOut(): WayOut {
    const datagrams = this.#withoutTunnel === undefined;
    return { datagrams, ipv6: datagrams && this.#hostIpv6.has };
  }

  #livingWarden(): Warden {
    if (this.#closed) throw new Error('The sandbox driver is closed.');
    if (!this.#warden.alive) this.#warden = this.#startWarden();
    return this.#warden;
  }
}
