import { readFileSync } from 'node:fs';

const READ_EVERY_MS = 5000;
const RTF_UP = 0x1;
const RTF_REJECT = 0x200;

/** Whether this machine has a way to everywhere by IPv6; looked at again now and then: a laptop changes networks. */
export class HostIpv6 {
  #has = false;
  #readAt = Number.NEGATIVE_INFINITY;

  get has(): boolean {
    const now = performance.now();
    if (now - this.#readAt > READ_EVERY_MS) {
      this.#readAt = now;
      this.#has = hasDefaultRoute(readRoutes());
    }
    return this.#has;
  }
}

/** @param routes as in /proc/net/ipv6_route: the destination and the length of its prefix come first, and flags next to last */
export function hasDefaultRoute(routes: string): boolean {
  return routes.split('\n').some((line) => {
    const [destination = '', prefix, ...rest] = line.trim().split(/\s+/);
    const flags = Number.parseInt(rest.at(-2) ?? '', 16);
    const isUsable = (flags & RTF_UP) !== 0 && (flags & RTF_REJECT) === 0;
    return /^0{32}$/.test(destination) && prefix === '00' && isUsable && rest.at(-1) !== 'lo';
  });
}

function readRoutes(): string {
  try {
    return readFileSync('/proc/net/ipv6_route', 'latin1');
  } catch {
    return '';
  }
}
