import { spawnSync } from 'node:child_process';

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
    missing: withoutBubblewrap(),
    warning: 'the size of /tmp is not enforced',
  },
];

for (const { name, missing } of levels)
  if (missing !== undefined) console.log(`The attacks on --isolation ${name} are skipped: ${missing}`);

function withoutBubblewrap(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  const probe = spawnSync('bwrap', ['--unshare-user', '--ro-bind', '/', '/', '/bin/true'], {
    encoding: 'utf8',
  });
  if (probe.error !== undefined) return 'bubblewrap is not installed';
  return probe.status === 0 ? undefined : `bubblewrap does not work here: ${probe.stderr}`;
}
