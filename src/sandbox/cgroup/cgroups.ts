import { readFileSync } from 'node:fs';
import type { Control } from './control-files.ts';
import { domainParent } from './domain-parent.ts';
import { freezerParent, proveParent, versionOneParent, type GroupParent } from './group-parent.ts';
import { findHierarchies, type Hierarchy } from './hierarchies.ts';
import { platformName } from './platform-name.ts';
import { ownProcessors, type Processors } from './processors.ts';
import { removeGroup } from './remove-group.ts';
import { SandboxGroup, type GroupLimits } from './sandbox-group.ts';
import { ShareWatch } from './share-watch.ts';
import { sweepAbandoned } from './sweep-abandoned.ts';

const ALL: readonly Control[] = ['memory', 'cpu', 'processes', 'processors', 'freezer'];

/** The control groups this machine lets the platform make: for some of the controls, for all, or for none. */
export class Cgroups {
  readonly #parents: readonly GroupParent[];
  readonly #failures: readonly string[];
  readonly #processors: Processors | undefined;
  readonly #shares = new ShareWatch();

  private constructor(
    parents: readonly GroupParent[],
    failures: readonly string[],
    processors: Processors | undefined,
  ) {
    this.#parents = parents;
    this.#failures = failures;
    this.#processors = processors;
  }

  /** Finds out what works here, by trying, and removes what platforms that were killed have left. */
  static async prepare(): Promise<Cgroups> {
    if (process.platform !== 'linux') return new Cgroups([], [], undefined);
    const name = platformName();
    const hierarchies = findHierarchies(
      readFileSync('/proc/self/mountinfo', 'utf8'),
      readFileSync('/proc/self/cgroup', 'utf8'),
    );
    const processors = ownProcessors();
    const search = new Search();
    const of = (version: 1 | 2): Hierarchy[] => hierarchies.filter((found) => found.version === version);
    for (const hierarchy of of(2)) {
      // Only root may leave what it was started in for the root of all groups.
      const places = hierarchy.ownDirectories.slice(0, process.getuid?.() === 0 ? 2 : 1);
      for (const own of places)
        if (!search.has('freezer')) await search.add(() => domainParent(own, name, processors));
      if (!search.has('freezer')) await search.add(() => freezerParent(hierarchy, name));
    }
    // No two of them have the same controls.
    const missing = search.missing();
    await Promise.all(
      of(1).map(
        async (hierarchy) => await search.add(() => versionOneParent(hierarchy, name, missing, processors)),
      ),
    );
    // Behind the start, and in all of each hierarchy: another platform may have been started in another group.
    for (const { ownDirectories } of hierarchies) void sweepAbandoned(ownDirectories.at(-1) ?? '');
    return new Cgroups(search.parents, search.failures, processors);
  }

  /** Directories of the platform's own, each with one directory for each sandbox. */
  get directories(): readonly string[] {
    return this.#parents.map(({ directory }) => directory);
  }

  /** What the kernel said where it let no groups be made. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  /** Whether the kernel holds sandboxes to this. */
  has(control: Control): boolean {
    return this.#parents.some(({ controls }) => controls.includes(control));
  }

  /** @param id safe as a file name; unique among living sandboxes */
  async create(id: string, limits: GroupLimits): Promise<SandboxGroup> {
    const group = new SandboxGroup(this.#parents, id, this.#shares, this.#processors);
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
    for (const parent of this.#parents) {
      parent.leave?.();
      await removeGroup(parent.directory);
    }
  }
}

/** Tries one way after the other, and keeps what works. */
class Search {
  readonly parents: GroupParent[] = [];
  readonly failures: string[] = [];

  has(control: Control): boolean {
    return this.parents.some(({ controls }) => controls.includes(control));
  }

  missing(): Control[] {
    return ALL.filter((control) => !this.has(control));
  }

  async add(make: () => GroupParent | undefined): Promise<void> {
    let parent: GroupParent | undefined;
    try {
      parent = make();
      if (parent === undefined) return;
      await proveParent(parent);
      this.parents.push(parent);
    } catch (error) {
      this.failures.push((error as Error).message);
      parent?.leave?.();
      if (parent !== undefined) await removeGroup(parent.directory);
    }
  }
}
