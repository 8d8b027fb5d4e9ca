import { withoutNamespaces } from '../support/without-namespaces.ts';

/** An isolation level that claims to hold against functions, and what differs between such levels. */
export interface AttackedLevel {
  readonly name: 'namespace';
  /** Why it cannot be attacked on this machine; undefined where it can. */
  readonly missing: string | undefined;
  /** Part of what it warns of at its start. */
  readonly warning: string;
}

export const levels: readonly AttackedLevel[] = [
  {
    name: 'namespace',
    missing: withoutNamespaces(),
    warning: 'the size of /tmp is not enforced',
  },
];

for (const { name, missing } of levels)
  if (missing !== undefined) console.log(`The attacks on --isolation ${name} are skipped: ${missing}`);
