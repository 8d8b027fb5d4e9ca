import type { NetworkReach } from '../../sandbox.ts';

const OPEN = 'open';

/**
 * By what functions reach other machines.
 * @param hostHasIpv6 whether this machine does by IPv6
 * @param withoutTunnel why datagrams cannot be led out here
 * @param withoutAnything why nothing can
 */
export function reachBy(
  hostHasIpv6: boolean,
  withoutTunnel: string | undefined,
  withoutAnything: string | undefined,
): NetworkReach {
  const tcp4 = withoutAnything === undefined ? OPEN : `packets cannot be filtered here (${withoutAnything})`;
  if (tcp4 !== OPEN) return reachNothing(tcp4);
  const udp4 =
    withoutTunnel === undefined ? OPEN : `only name lookups; no tunnel can be made (${withoutTunnel})`;
  const ipv6 = hostHasIpv6 ? udp4 : 'this machine has no way out by IPv6';
  return { tcp4, udp4, tcp6: ipv6, udp6: ipv6 };
}

export function reachNothing(why: string): NetworkReach {
  return { tcp4: why, udp4: why, tcp6: why, udp6: why };
}
