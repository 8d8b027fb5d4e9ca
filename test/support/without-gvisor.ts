import { spawnSync } from 'node:child_process';
import { serverIsRoot, SERVER_USER } from './server-user.ts';

/** Why the gvisor level does not work on this machine; undefined where it does. */
export function withoutGvisor(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  const probe = spawnSync('runsc', ['--version'], { encoding: 'utf8' });
  if (probe.error !== undefined) return 'runsc is not installed';
  const namespaces = spawnSync('unshare', ['--user', '--map-root-user', 'true'], SERVER_USER);
  return serverIsRoot || namespaces.status === 0 ? undefined : 'an ordinary user has no user namespaces here';
}
