import { spawnSync } from 'node:child_process';

/** Why the gvisor level does not work on this machine; undefined where it does. */
export function withoutGvisor(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  const probe = spawnSync('runsc', ['--version'], { encoding: 'utf8' });
  return probe.error === undefined ? undefined : 'runsc is not installed';
}
