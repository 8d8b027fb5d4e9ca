import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { CONTROLLERS, type Control } from './control-files.ts';
import type { GroupParent } from './group-parent.ts';
import { keepsPlaces, type Processors, PROCESSORS_FILE } from './processors.ts';
import { namesProcess } from '../process-name.ts';
import { PLATFORM_GROUP } from './remove-group.ts';

/**
 * A group of version 2 with controllers, below a group that is the platform's to divide: the root of all, one that
 * systemd delegates, or a container's. The kernel gives controllers to groups below only of a group that holds no
 * process itself, so the platform may have to move to a group of its own.
 * @param own where the platform is, or another place that it may use
 * @param processors that the platform may use: groups that decide this forget what else did
 * @param controllers which to use, by their use
 * @returns undefined where version 2 has none of them
 * @throws Error that says why there can be no groups here
 */
export function domainParent(
  own: string,
  name: string,
  processors: Processors,
  controllers: Readonly<Partial<Record<Control, string>>> = CONTROLLERS,
): GroupParent | undefined {
  const base = outside(own);
  if (!existsSync(base)) return undefined;
  const available = words(join(base, 'cgroup.controllers'));
  const { processors: seats = '', ...limits } = controllers;
  const found = Object.entries(limits).filter(([, controller]) => available.includes(controller));
  if (found.length === 0) return undefined;
  const names = found.map(([, controller]) => controller);
  const controls = found.map(([control]) => control as Control);
  const directory = join(base, name);
  const seatController = available.includes(seats) && maySeat(base) ? seats : undefined;
  mkdirSync(directory);
  let leave: (() => void) | undefined;
  try {
    leave = divide(base, directory, names);
    change(directory, '+', names);
  } catch (error) {
    leave?.();
    rmdirSync(directory);
    throw error;
  }
  if (seatController !== undefined && seat(base, directory, seatController, processors)) {
    // `leave` gives it back as well.
    names.push(seatController);
    controls.push('processors');
  }
  if (existsSync(join(directory, 'cgroup.freeze'))) controls.push('freezer');
  return { version: 2, directory, controls, joinFile: 'cgroup.procs', isThreaded: false, leave };
}

/** Gives groups in `directory` processors of their own, if the kernel lets it: no limit depends on that. */
function seat(base: string, directory: string, controller: string, { all }: Processors): boolean {
  try {
    for (const group of [base, directory]) change(group, '+', [controller]);
    writeFileSync(join(directory, PROCESSORS_FILE), all);
    return true;
  } catch {
    return false;
  }
}

/** Groups beside the platform's get the same controllers, and no process in them may lose the processors it was given. */
function maySeat(base: string): boolean {
  if (keepsPlaces(release())) return true;
  if (words(join(base, 'cgroup.subtree_control')).includes(CONTROLLERS.processors)) return true;
  return !readdirSync(base, { withFileTypes: true }).some((entry) => entry.isDirectory());
}

/** A shell from which a platform was started, and which that one moved, is still where that one put it. */
function outside(own: string): string {
  const above = dirname(own);
  return basename(own) === PLATFORM_GROUP && namesProcess(basename(above)) ? dirname(above) : own;
}

/** Gives controllers to the groups below `base`. Returns how to undo what that took. */
function divide(base: string, directory: string, names: readonly string[]): (() => void) | undefined {
  try {
    change(base, '+', names);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
  }
  const inside = members(base);
  const ours = ancestors();
  if (inside.some((pid) => !ours.has(pid))) {
    throw new Error(
      `${base} holds other processes too: start Lambent as a service with Delegate=yes, or by systemd-run --user --scope -p Delegate=yes`,
    );
  }
  const platform = join(directory, PLATFORM_GROUP);
  mkdirSync(platform);
  const leave = (): void => {
    change(directory, '-', names);
    change(base, '-', names);
    move(members(platform), base);
    rmdirSync(platform);
  };
  try {
    move(inside, platform);
    change(base, '+', names);
  } catch (error) {
    leave();
    throw error;
  }
  return leave;
}

function change(directory: string, sign: '+' | '-', names: readonly string[]): void {
  for (const name of names) writeFileSync(join(directory, 'cgroup.subtree_control'), `${sign}${name}`);
}

function move(pids: readonly number[], directory: string): void {
  for (const pid of pids) writeFileSync(join(directory, 'cgroup.procs'), String(pid));
}

function members(directory: string): number[] {
  return words(join(directory, 'cgroup.procs')).map(Number);
}

/** This process and those that started it, as far up as can be seen. */
function ancestors(): ReadonlySet<number> {
  const found = new Set<number>();
  for (let pid = process.pid; pid > 0; ) {
    found.add(pid);
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    pid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  }
  return found;
}

function words(file: string): string[] {
  return readFileSync(file, 'latin1')
    .split(/\s+/)
    .filter((word) => word !== '');
}
