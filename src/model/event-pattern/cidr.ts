import { BlockList, isIP } from 'node:net';
import { PatternProblem } from './event-pattern.ts';

/** Reads `10.0.0.0/24` or `2001:db8::/32`. Throws PatternProblem */
export function parseCidr(text: string): { readonly network: string; readonly bits: number } {
  const [, network = '', prefix = ''] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  const bits = Number(prefix);
  const version = isIP(network);
  if (version === 0 || bits > (version === 4 ? 32 : 128)) {
    throw new PatternProblem(
      'Malformed CIDR, one slash required, with an address before and a mask after it.',
    );
  }
  return { network, bits };
}

/** Whether a text is an address of the network. */
export function cidrMatcher({
  network,
  bits,
}: {
  readonly network: string;
  readonly bits: number;
}): (text: string) => boolean {
  const family = (text: string): 'ipv4' | 'ipv6' => (isIP(text) === 4 ? 'ipv4' : 'ipv6');
  const addresses = new BlockList();
  addresses.addSubnet(network, bits, family(network));
  // A block list would take `::ffff:10.0.0.1` for 10.0.0.1.
  return (text) => isIP(text) === isIP(network) && addresses.check(text, family(text));
}
