import { spawnSync } from 'node:child_process';
import { SERVER_USER } from './server-user.ts';

/** Why there can be no sandboxes of namespaces on this machine; undefined where there can. */
export function withoutNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  const probe = spawnSync('bwrap', ['--unshare-user', '--ro-bind', '/', '/', '/bin/true'], {
    ...SERVER_USER,
    encoding: 'utf8',
  });
  if (probe.error !== undefined) return 'bubblewrap is not installed';
  return probe.status === 0 ? undefined : `bubblewrap does not work here: ${probe.stderr}`;
}
