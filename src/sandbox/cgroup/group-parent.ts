import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CONTROL_FILES, CONTROLLERS, type Control } from './control-files.ts';
import type { Hierarchy } from './hierarchies.ts';
import { type Processors, PROCESSORS_FILE } from './processors.ts';

/** A group of the platform's own in one hierarchy, in which those of sandboxes are made. */
export interface GroupParent {
  readonly version: 1 | 2;
  readonly directory: string;
  /** What groups in it are used for here. */
  readonly controls: readonly Control[];
  /** Into which a program writes `0` to enter a group. */
  readonly joinFile: 'tasks' | 'cgroup.procs' | 'cgroup.threads';
  /** Groups of version 2 that only freeze: of threads, since a program of one thread enters those at once. */
  readonly isThreaded: boolean;
  /** Undoes what was done to make it, once all that was in it is gone; the empty group itself stays. */
  readonly leave?: (() => void) | undefined;
}

const PROBE = 'probe';

/**
 * A group of version 1 for those controls that the hierarchy has.
 * @throws Error with the kernel's words when there can be none
 */
export function versionOneParent(
  { controllers, ownDirectories }: Hierarchy,
  name: string,
  wanted: readonly Control[],
  processors: Processors,
): GroupParent | undefined {
  const controls = wanted.filter((control) => controllers.includes(CONTROLLERS[control]));
  const base = ownDirectories.find((directory) => existsSync(directory));
  if (controls.length === 0 || base === undefined) return undefined;
  const directory = join(base, name);
  mkdirSync(directory);
  if (controls.includes('processors')) admit(base, directory, processors);
  return { version: 1, directory, controls, joinFile: 'tasks', isThreaded: false };
}

/** Version 1 lets nobody into a group before it is told where they may run. Those that are made in it have the same. */
function admit(base: string, directory: string, { all }: Processors): void {
  try {
    const memory = 'cpuset.mems';
    writeFileSync(join(directory, memory), readFileSync(join(base, memory)));
    writeFileSync(join(directory, PROCESSORS_FILE), all);
    writeFileSync(join(directory, 'cgroup.clone_children'), '1');
  } catch (error) {
    rmdirSync(directory);
    throw error;
  }
}

/**
 * A group of version 2 without controllers, where version 1 has them all: it freezes in a third of the time, and what
 * is frozen can be killed. Entering an ordinary one takes the kernel 10 ms and more; a group of threads does not.
 * @throws Error
 */
export function freezerParent({ ownDirectories }: Hierarchy, name: string): GroupParent | undefined {
  const base = ownDirectories.find((directory) => existsSync(directory));
  if (base === undefined) return undefined;
  const directory = join(base, name);
  mkdirSync(directory);
  try {
    writeFileSync(join(directory, 'cgroup.type'), 'threaded');
  } catch (error) {
    rmdirSync(directory);
    throw error;
  }
  return { version: 2, directory, controls: ['freezer'], joinFile: 'cgroup.threads', isThreaded: true };
}

/** Proves that a sandbox's group can be made, used and entered here. @throws Error */
export async function proveParent(parent: GroupParent): Promise<void> {
  const group = join(parent.directory, PROBE);
  mkdirSync(group);
  try {
    if (parent.isThreaded) writeFileSync(join(group, 'cgroup.type'), 'threaded');
    const { freezer } = CONTROL_FILES[parent.version];
    if (parent.controls.includes('freezer')) readFileSync(join(group, freezer.file));
    await promisify(execFile)('/bin/sh', ['-c', 'echo 0 >"$1"', 'sh', join(group, parent.joinFile)]);
  } finally {
    rmdirSync(group);
  }
}
