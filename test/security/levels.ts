import { withoutNamespaces } from '../support/without-namespaces.ts';

/** An isolation level that claims to hold against functions, and what differs between such levels. */
export interface AttackedLevel {
  readonly name: 'namespace';
  /** Why it cannot be attacked on this machine; undefined where it can. */
  readonly missing: string | undefined;
}

export const levels: readonly AttackedLevel[] = [
  {
    name: 'namespace',
    missing: withoutNamespaces(),
  },
];

for (const { name, missing } of levels)
  if (missing !== undefined) console.log(`The attacks on --isolation ${name} are skipped: ${missing}`);
