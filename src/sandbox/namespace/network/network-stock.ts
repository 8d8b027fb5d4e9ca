import type { SandboxNetwork } from './sandbox-network.ts';

/** Making one takes some milliseconds, in the process that starts programs. */
const IN_STOCK = 4;
/** After whoever took one has started its program. */
const REFILL_AFTER_MS = 25;

/** Keeps some networks ready. Each serves one sandbox and does not come back. */
export class NetworkStock {
  readonly #make: () => Promise<SandboxNetwork>;
  #ready: SandboxNetwork[] = [];
  #isFilling = false;
  #refill: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(make: () => Promise<SandboxNetwork>) {
    this.#make = make;
  }

  async take(): Promise<SandboxNetwork> {
    this.#fillSoon();
    for (let network = this.#ready.shift(); network !== undefined; network = this.#ready.shift()) {
      if (network.alive) return network;
      network.close();
    }
    return await this.#make();
  }

  #fillSoon(): void {
    if (this.#closed || this.#refill !== undefined) return;
    this.#refill = setTimeout(() => {
      this.#refill = undefined;
      void this.#fill();
    }, REFILL_AFTER_MS);
    this.#refill.unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#refill);
    for (const network of this.#ready) network.close();
    this.#ready = [];
  }

  /** One after the other: programs that are to be started come in between. */
  async #fill(): Promise<void> {
    if (this.#isFilling) return;
    this.#isFilling = true;
    try {
      while (!this.#closed && this.#ready.length < IN_STOCK) {
        const network = await this.#make();
        if (this.#closed) network.close();
        else this.#ready.push(network);
      }
    } catch {
      // Whoever needs one makes it, and hears why not.
    } finally {
      this.#isFilling = false;
    }
  }
}
