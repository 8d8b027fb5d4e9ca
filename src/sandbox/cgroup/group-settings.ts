import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTROL_FILES, type Control, type ControlFiles, type Setting } from './control-files.ts';
import type { GroupParent } from './group-parent.ts';

/** What has been written into the files of one sandbox's control groups. The same again is not: a start waits for it. */
export class GroupSettings {
  readonly #parents: readonly GroupParent[];
  readonly #id: string;
  readonly #written = new Map<string, string>();

  constructor(parents: readonly GroupParent[], id: string) {
    this.#parents = parents;
    this.#id = id;
  }

  /** Does nothing where the kernel has no such control. */
  set(control: Control, settings: (files: ControlFiles) => readonly Setting[]): void {
    const parent = this.#parents.find(({ controls }) => controls.includes(control));
    if (parent === undefined) return;
    for (const { file, value, ignore = [] } of settings(CONTROL_FILES[parent.version])) {
      if (this.#written.get(file) === value) continue;
      try {
        writeFileSync(join(parent.directory, this.#id, file), value);
      } catch (error) {
        if (!ignore.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
      this.#written.set(file, value);
    }
  }
}
