import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { NameServer } from './name-relay.ts';

const DNS_PORT = 53;
const READ_EVERY_MS = 5000;

/** The name servers of this machine, read again now and then: a laptop changes networks. */
export class NameServers {
  readonly #path: string;
  #servers: readonly NameServer[] = [];
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(path = '/etc/resolv.conf') {
    this.#path = path;
  }

  all(): readonly NameServer[] {
    const now = performance.now();
    if (now - this.#readAt > READ_EVERY_MS) {
      this.#readAt = now;
      this.#servers = this.#read();
    }
    return this.#servers;
  }

  #read(): NameServer[] {
    try {
      return parseNameServers(readFileSync(this.#path, 'utf8'));
    } catch {
      return [];
    }
  }
}

/** @param text of a resolv.conf. Without any server the machine's own is meant. */
export function parseNameServers(text: string): NameServer[] {
  const hosts = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, host = '']) => host);
  const known = hosts.filter((host) => isIP(host.replace(/%.*$/, '')) !== 0);
  return (known.length === 0 ? ['127.0.0.1'] : known).map((host) => ({ host, port: DNS_PORT }));
}
