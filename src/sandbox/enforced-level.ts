import { text } from 'node:stream/consumers';
import type { Cgroups } from './cgroup/cgroups.ts';
import type { Control } from './cgroup/control-files.ts';
import { NO_SYSTEM_CALLS } from './namespace/warden/warden-messages.ts';
import type { LimitsInForce, Means, Sandbox, SandboxSpec } from './sandbox.ts';

const USER_NAMESPACES =
  'sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0';
/** What whoever starts the platform needs, and may have been denied. */
export const NEEDED_OF_KERNEL =
  process.getuid?.() === 0
    ? 'namespaces and mounts must be allowed, which containers are only with --privileged'
    : `unprivileged user namespaces must be allowed (${USER_NAMESPACES})`;
const DELEGATE =
  'start Lambent by systemd-run --user --scope -p Delegate=yes to have control groups for all of this';

/** A sandbox that shows whether there can be any. */
const PROOF = {
  id: 'proof',
  readOnlyDirectories: [],
  limits: { memoryMb: 128, cpuShare: 1, scratchMb: 512, processes: 1024, openFiles: 1024 },
};

/**
 * Makes a sandbox, runs a program in it and removes it again. Rejects with what was said when that cannot be done.
 * @returns the sandbox that was
 */
export async function proveSandboxes<S extends Sandbox>(
  create: (spec: SandboxSpec) => Promise<S>,
  scratchDirectory: string,
): Promise<S> {
  const sandbox = await create({ ...PROOF, scratchDirectory });
  const { output, exited } = await sandbox.exec({
    argv: ['/usr/bin/env'],
    env: {},
    cwd: '/',
    channel: false,
  });
  const said = await text(output);
  if ((await exited).code !== 0) throw new Error(said.trim());
  await sandbox.destroy();
  return sandbox;
}

/**
 * Why there can be no sandboxes, and what to do about it.
 * @param advise on what was said, in one line, when the level itself cannot make any
 */
export function whyUnavailable(error: unknown, advise: (line: string) => string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const [line = ''] = message.split('\n');
  return code === NO_SYSTEM_CALLS
    ? `sandboxes cannot get networks of their own, as ${line}: install Lambent's packages again (npm install)`
    : advise(line);
}

/** Limits that hold where the platform may make control groups, and those the level holds in any case. */
export function limitsBy(cgroups: Pick<Cgroups, 'has'>): LimitsInForce {
  const by = (control: Control): Means => (cgroups.has(control) ? 'kernel' : 'none');
  return {
    memory: cgroups.has('memory') ? 'kernel' : 'sampled from outside',
    cpuShare: by('cpu'),
    processes: by('processes'),
    openFiles: 'kernel',
    scratch: 'kernel',
    freezing: by('freezer'),
  };
}

/**
 * One sentence with everything a level leaves open on this machine; undefined when there is nothing.
 * @param withoutInternet what functions do not reach although they should, and why
 * @param more what only this level leaves open
 */
export function gapsOf(
  level: string,
  inForce: LimitsInForce,
  withoutInternet: string | undefined,
  more: readonly string[] = [],
): string | undefined {
  const missing = [
    ...(inForce.memory === 'kernel' ? [] : ['memory is sampled, not limited by the kernel']),
    ...(inForce.cpuShare === 'kernel' ? [] : ['CPU share is not enforced']),
    ...(inForce.processes === 'kernel' ? [] : ['the number of processes is not limited']),
    ...(inForce.freezing === 'kernel' ? [] : ['environments are not frozen between invocations']),
    ...(inForce.memory === 'kernel' || process.getuid?.() === 0 ? [] : [DELEGATE]),
    ...(withoutInternet === undefined ? [] : [withoutInternet]),
    ...more,
  ];
  return missing.length === 0 ? undefined : `Isolation ${level}: ${missing.join('; ')}.`;
}
