import { readFileSync } from 'node:fs';
import { type Finding, limited, missing, ok } from './finding.ts';

/** Settings that keep ordinary users from making user namespaces. Root may, whatever they say. */
const SETTINGS: readonly {
  readonly name: string;
  readonly allows: (value: number) => boolean;
  readonly set: string;
}[] = [
  { name: 'user.max_user_namespaces', allows: (value) => value > 0, set: '15000' },
  { name: 'kernel.unprivileged_userns_clone', allows: (value) => value === 1, set: '1' },
  { name: 'kernel.apparmor_restrict_unprivileged_userns', allows: (value) => value === 0, set: '0' },
];

export function checkKernel(): Finding[] {
  if (process.platform !== 'linux')
    return [limited('kernel', 'Linux', `this is ${process.platform}: functions run without isolation`, null)];
  const isRoot = process.getuid?.() === 0;
  return SETTINGS.flatMap(({ name, allows, set }): Finding[] => {
    const value = read(name);
    if (value === undefined) return [];
    if (allows(value)) return [ok('kernel', name, String(value))];
    const make = isRoot && name !== 'user.max_user_namespaces' ? limited : missing;
    return [
      make(
        'kernel',
        name,
        `${value}: user namespaces are not for everybody`,
        `sudo sysctl -w ${name}=${set}`,
      ),
    ];
  });
}

/** Undefined where the kernel has no such setting. */
function read(name: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8'));
  } catch {
    return undefined;
  }
}
