import type { Socket } from 'node:dgram';
import { NETWORK_PLAN } from '../network-plan.ts';
import { DatagramRelay } from './datagram-relay.ts';
import type { NameRelay } from './name-relay.ts';

/** Bytes that a sandbox has not taken; beyond it what is for it is lost, as datagrams may be. */
const MOST_QUEUED = 4 << 20;

const { dnsPort, tunnel } = NETWORK_PLAN;

/** The one socket in a sandbox's network at which all its datagrams arrive: name lookups, and what comes by the tunnel. */
export class DatagramDoor {
  readonly #inside: Socket;
  readonly #lookups: NameRelay;
  readonly #others: DatagramRelay;

  constructor(inside: Socket, lookups: NameRelay, mayReach: (host: string) => boolean) {
    this.#inside = inside;
    this.#lookups = lookups;
    this.#others = new DatagramRelay({
      inside: (frame) => this.#send(frame, tunnel.port, '127.0.0.1'),
      mayReach,
      lookUp: ({ port }, query, answer) => {
        if (port === dnsPort) lookups.ask(query, answer);
        return port === dnsPort;
      },
    });
    inside.on('message', (bytes, from) => this.take(bytes, from));
    inside.on('error', () => undefined);
  }

  take(bytes: Buffer, { address, port }: { readonly address: string; readonly port: number }): void {
    // No program can take that port, nor send from it.
    if (port === tunnel.sourcePort) this.#others.take(bytes);
    else this.#lookups.ask(bytes, (answer) => this.#send(answer, port, address));
  }

  close(): void {
    this.#inside.close();
    this.#lookups.close();
    this.#others.close();
  }

  #send(bytes: Buffer, port: number, address: string): void {
    try {
      if (this.#inside.getSendQueueSize() < MOST_QUEUED)
        this.#inside.send(bytes, port, address, () => undefined);
    } catch {
      // It was closed meanwhile.
    }
  }
}
