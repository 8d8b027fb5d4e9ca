import { withoutGvisor } from '../support/without-gvisor.ts';
import { withoutNamespaces } from '../support/without-namespaces.ts';

/** An isolation level that claims to hold against functions, and what differs between such levels. */
export interface AttackedLevel {
  readonly name: 'namespace' | 'gvisor';
  /** Why it cannot be attacked on this machine; undefined where it can. */
  readonly missing: string | undefined;
  /**
   * Functions have a kernel of their own, and the host sees none of their processes. What they make of it by its own means,
   * such as namespaces, is theirs; what they make too much of ends it, and the environment with it.
   */
  readonly hasOwnKernel: boolean;
  /** For one attack; a kernel in user space takes long to make processes by the thousand where others want the processors. */
  readonly timeoutMs: number;
}

export const levels: readonly AttackedLevel[] = [
  { name: 'namespace', missing: withoutNamespaces(), hasOwnKernel: false, timeoutMs: 60_000 },
  { name: 'gvisor', missing: withoutGvisor(), hasOwnKernel: true, timeoutMs: 120_000 },
];

for (const { name, missing } of levels)
  if (missing !== undefined) console.log(`The attacks on --isolation ${name} are skipped: ${missing}`);
