import { BlockList, isIPv4 } from 'node:net';

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

const refused = new BlockList();
for (const [network, prefix] of REFUSED) refused.addSubnet(network, prefix, 'ipv4');

/**
 * Whether a function may connect to an address (IPv4): anything but what is refused always, and this machine itself
 * except where its operator allowed that.
 * @param isOwn whether this machine would be the one to answer
 */
export function mayReach(address: string, isOwn: (address: string) => boolean, allowed: BlockList): boolean {
  if (!isIPv4(address) || refused.check(address, 'ipv4')) return false;
  return allowed.check(address, 'ipv4') || !isOwn(address);
}

/** @param ranges like `10.1.2.0/24` or `10.1.2.3` */
export function allowedAddresses(ranges: readonly string[]): BlockList {
  const allowed = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix = '32'] = range.split('/');
    allowed.addSubnet(network, Number(prefix), 'ipv4');
  }
  return allowed;
}
