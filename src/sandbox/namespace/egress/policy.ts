import { BlockList, isIP, isIPv4 } from 'node:net';

/** What is no place of the internet or of a private network, or speaks for the machine itself, as clouds' metadata does. */
const REFUSED: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  // Metadata and the like at Oracle, Alibaba and Microsoft.
  ['192.0.0.0', 24],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** The same for IPv6, and what stands for an IPv4 address: that could be any. */
const REFUSED6: readonly (readonly [network: string, prefix: number])[] = [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  // Metadata and the like at Amazon, Google, Oracle and Scaleway.
  ['fd00:ec2::', 32],
  ['fd20:ce::', 32],
  ['fd00:c1::', 32],
  ['fd00:42::42', 128],
  // Link-local and site-local, which is what sandboxes have themselves.
  ['fe00::', 8],
  ['ff00::', 8],
];

const refused = new BlockList();
for (const [network, prefix] of REFUSED) refused.addSubnet(network, prefix, 'ipv4');
const refused6 = new BlockList();
for (const [network, prefix] of REFUSED6) refused6.addSubnet(network, prefix, 'ipv6');

/**
 * Whether a function may send to an address, or connect to it: anything but what is refused always, and this machine
 * itself except where its operator allowed that.
 * @param isOwn whether this machine would be the one to answer
 */
export function mayReach(address: string, isOwn: (address: string) => boolean, allowed: BlockList): boolean {
  if (isIPv4(address))
    return !refused.check(address, 'ipv4') && (allowed.check(address, 'ipv4') || !isOwn(address));
  if (isIP(address) !== 6 || address.includes('%') || refused6.check(address, 'ipv6')) return false;
  return allowed.check(address, 'ipv6') || !isOwn(address);
}

/** @param ranges like `10.1.2.0/24`, `10.1.2.3` or `fd12::/64` */
export function allowedAddresses(ranges: readonly string[]): BlockList {
  const allowed = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    const [family, whole] = isIPv4(network) ? (['ipv4', 32] as const) : (['ipv6', 128] as const);
    allowed.addSubnet(network, Number(prefix ?? whole), family);
  }
  return allowed;
}
