import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { SharedAppointment } from '../../model/shared-appointment.ts';
import type { SandboxSpec, SharedDirectory, SpareCounts } from '../sandbox.ts';
import { isLatePlace } from './late-mounts.ts';
import type { NamespaceSandbox } from './namespace-sandbox.ts';

/** Made while nobody asks for any, so that whoever asked last has the machine to himself. */
const FILL_AFTER_MS = 60;
/** How long sandboxes of a shape nobody asks for are kept. */
const KEPT_MS = 10 * 60_000;
const MOST_SHAPES = 4;
/** Who asks again before there was time to make another finds a second one. */
const FEWEST = 2;
/** Of a shape of which there were too few. */
const MOST = Math.max(FEWEST, availableParallelism());

/** What cannot be changed any more once a sandbox is open: what it is made of but for its late directories. */
interface Shape {
  readonly spec: SandboxSpec;
  readonly spares: NamespaceSandbox[];
  wanted: number;
  /** Platform time. */
  usedAtMs: number;
}

/**
 * Keeps some open sandboxes of each shape in use, empty of code; in each waits a shell to become the first program. All
 * that takes longer than to start an interpreter: a start that finds it done takes half the time. Each serves once.
 */
export class SpareSandboxes {
  readonly #make: (spec: SandboxSpec) => Promise<NamespaceSandbox>;
  readonly #clock: Clock;
  readonly #expiry: SharedAppointment;
  /** The one used last stands last. */
  readonly #shapes = new Map<string, Shape>();
  #filling: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #made = 0;
  #closed = false;

  constructor(make: (spec: SandboxSpec) => Promise<NamespaceSandbox>, clock: Clock) {
    this.#make = make;
    this.#clock = clock;
    this.#expiry = new SharedAppointment(clock, (nowMs) => this.#expire(nowMs));
  }

  /** A sandbox as the spec wants it; undefined when there is none to be had. */
  async take(spec: SandboxSpec): Promise<NamespaceSandbox | undefined> {
    const { fixed, late } = divided(spec);
    const shape = this.#shape({ ...spec, readOnlyDirectories: fixed });
    const spare = shape.spares.shift();
    this.#fillSoon();
    if (spare === undefined) {
      shape.wanted = Math.min(shape.wanted + 1, MOST);
      return undefined;
    }
    if (spare.completeBehind(late, spec.limits)) return spare;
    await spare.destroy();
    return undefined;
  }

  counts(): SpareCounts[] {
    return [...this.#shapes.values()].map(({ spec, spares, wanted }) => ({
      directories: spec.readOnlyDirectories.map(({ hostPath }) => hostPath),
      openFiles: spec.limits.openFiles,
      ready: spares.length,
      wanted,
    }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#expiry.cancel();
    await this.#filling;
    await Promise.all([...this.#shapes.values()].map(destroyAll));
  }

  #shape(spec: SandboxSpec): Shape {
    const key = JSON.stringify([spec.readOnlyDirectories, spec.limits.openFiles]);
    const shape = this.#shapes.get(key) ?? { spec, spares: [], wanted: FEWEST - 1, usedAtMs: 0 };
    shape.usedAtMs = this.#clock.now();
    this.#expiry.make(KEPT_MS);
    this.#shapes.delete(key);
    this.#shapes.set(key, shape);
    return shape;
  }

  #fillSoon(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#filling ??= this.#fill().finally(() => {
        this.#filling = undefined;
      });
    }, FILL_AFTER_MS);
    this.#timer.unref();
  }

  /** One after the other, until somebody asks again. */
  async #fill(): Promise<void> {
    for (const [key, shape] of [...this.#shapes].slice(0, -MOST_SHAPES)) await this.#forget(key, shape);
    while (this.#timer === undefined && !this.#closed) {
      const [key, shape] = this.#mostWanting() ?? [];
      if (key === undefined || shape === undefined || !(await this.#makeSpare(key, shape))) return;
    }
  }

  #mostWanting(): [string, Shape] | undefined {
    return [...this.#shapes].findLast(([, { spares, wanted }]) => spares.length < wanted);
  }

  #expire(nowMs: number): number | undefined {
    for (const [key, shape] of this.#shapes) {
      if (shape.usedAtMs + KEPT_MS > nowMs) return shape.usedAtMs + KEPT_MS;
      this.#clock.during(this.#forget(key, shape));
    }
    return undefined;
  }

  async #forget(key: string, shape: Shape): Promise<void> {
    this.#shapes.delete(key);
    await destroyAll(shape);
  }

  /** @returns false: that is not possible now, and whoever needs one makes it, and hears why not */
  async #makeSpare(key: string, shape: Shape): Promise<boolean> {
    this.#made += 1;
    const id = `spare-${process.pid}-${this.#made}`;
    const scratchDirectory = join(dirname(shape.spec.scratchDirectory), id);
    let sandbox: NamespaceSandbox | undefined;
    try {
      sandbox = await this.#make({ ...shape.spec, id, scratchDirectory });
      await sandbox.open();
      if (this.#shapes.get(key) === shape) shape.spares.push(sandbox);
      else await sandbox.destroy();
      return true;
    } catch {
      await sandbox?.destroy();
      return false;
    }
  }
}

async function destroyAll({ spares }: Shape): Promise<void> {
  await Promise.all(spares.splice(0).map(async (spare) => await spare.destroy()));
}

function divided({ readOnlyDirectories }: SandboxSpec): {
  fixed: SharedDirectory[];
  late: SharedDirectory[];
} {
  const late = readOnlyDirectories.filter(({ sandboxPath }) => isLatePlace(sandboxPath));
  return { fixed: readOnlyDirectories.filter((directory) => !late.includes(directory)), late };
}
