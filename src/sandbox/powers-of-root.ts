import { readFileSync } from 'node:fs';

/** Numbers of capabilities, by capabilities(7). Sandboxes of root are mounts and networks that the host makes for them. */
const NEEDED = [
  ['CAP_NET_ADMIN', 12],
  ['CAP_SYS_ADMIN', 21],
] as const;

/** What a root within a container lacks to make sandboxes, and what to do; undefined where nothing is, and for other users. */
export function missingPowers(status: string = ownStatus()): string | undefined {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  const isRoot = /^Uid:\s*\d+\s+0\s/m.test(status);
  if (effective === undefined || !isRoot) return undefined;
  const capabilities = BigInt(`0x${effective}`);
  const missing = NEEDED.filter(([, number]) => ((capabilities >> BigInt(number)) & 1n) === 0n);
  if (missing.length === 0) return undefined;
  const names = missing.map(([name]) => name).join(' and ');
  return `root is without ${names}, as in most containers: start the container with --privileged, or Lambent as an ordinary user where those may make user namespaces`;
}

function ownStatus(): string {
  return readFileSync('/proc/self/status', 'utf8');
}
