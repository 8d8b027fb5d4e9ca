import { readFileSync } from 'node:fs';
import type { Control } from './control-files.ts';
import { freezerParent, proveParent, versionOneParent, type GroupParent } from './group-parent.ts';
import { findHierarchies, type Hierarchy } from './hierarchies.ts';
import { platformName } from './platform-name.ts';
import { removeGroup } from './remove-group.ts';
import { SandboxGroup, type GroupLimits } from './sandbox-group.ts';

const VERSION_ONE_CONTROLS: readonly Control[] = ['memory', 'cpu', 'processes', 'freezer'];

/** The control groups this machine lets the platform make: for some of the controls, for all, or for none. */
export class Cgroups {
  readonly #parents: readonly GroupParent[];

  private constructor(parents: readonly GroupParent[]) {
    this.#parents = parents;
  }

  /** Finds out what works here, by trying. */
  static async prepare(): Promise<Cgroups> {
    if (process.platform !== 'linux') return new Cgroups([]);
    const name = platformName();
    const hierarchies = findHierarchies(
      readFileSync('/proc/self/mountinfo', 'utf8'),
      readFileSync('/proc/self/cgroup', 'utf8'),
    );
    const parents: GroupParent[] = [];
    const add = async (make: () => GroupParent | undefined): Promise<void> => {
      const parent = await proven(make);
      if (parent !== undefined) parents.push(parent);
    };
    const taken = (control: Control): boolean => parents.some(({ controls }) => controls.includes(control));
    const of = (version: 1 | 2): Hierarchy[] => hierarchies.filter((found) => found.version === version);
    for (const hierarchy of of(2)) await add(() => freezerParent(hierarchy, name));
    for (const hierarchy of of(1)) {
      const wanted = VERSION_ONE_CONTROLS.filter((control) => !taken(control));
      await add(() => versionOneParent(hierarchy, name, wanted));
    }
    return new Cgroups(parents);
  }

  /** Whether the kernel holds sandboxes to this. */
  has(control: Control): boolean {
    return this.#parents.some(({ controls }) => controls.includes(control));
  }

  /** @param id safe as a file name; unique among living sandboxes */
  async create(id: string, limits: GroupLimits): Promise<SandboxGroup> {
    const group = new SandboxGroup(this.#parents, id);
    try {
      await group.prepare(limits);
    } catch (error) {
      await group.remove();
      throw error;
    }
    return group;
  }

  /** Call when all sandboxes are gone. */
  async close(): Promise<void> {
    await Promise.all(this.#parents.map(({ directory }) => removeGroup(directory)));
  }
}

/** What the kernel refuses, by whatever rule of its many, is not there. */
async function proven(make: () => GroupParent | undefined): Promise<GroupParent | undefined> {
  let parent: GroupParent | undefined;
  try {
    parent = make();
    if (parent !== undefined) await proveParent(parent);
    return parent;
  } catch {
    if (parent !== undefined) await removeGroup(parent.directory);
    return undefined;
  }
}
