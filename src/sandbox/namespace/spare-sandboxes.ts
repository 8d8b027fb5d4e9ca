import { dirname, join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { SharedAppointment } from '../../model/shared-appointment.ts';
import type { SandboxSpec, SharedDirectory } from '../sandbox.ts';
import { isLatePlace } from './late-mounts.ts';
import type { NamespaceSandbox } from './namespace-sandbox.ts';

/** Made while nobody asks for any, so that whoever asked last has the machine to himself. */
const FILL_AFTER_MS = 100;
/** How long sandboxes of a shape nobody asks for are kept. */
const KEPT_MS = 10 * 60_000;
const MOST_SHAPES = 4;

/** What cannot be changed any more once a sandbox is open: what it is made of but for its late directories. */
interface Shape {
  readonly spec: SandboxSpec;
  spare: NamespaceSandbox | undefined;
  /** Platform time. */
  usedAtMs: number;
}

/**
 * Keeps one open sandbox for each shape in use, empty of programs and of code. To make the namespaces takes about as
 * long as to start an interpreter: a start that finds them made takes half the time. Each serves once.
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
    const { spare } = shape;
    shape.spare = undefined;
    this.#fillSoon();
    if (spare === undefined) return undefined;
    try {
      await spare.attach(late, spec.limits);
      return spare;
    } catch {
      // Its warden has gone.
      await spare.destroy();
      return undefined;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#expiry.cancel();
    await this.#filling;
    await Promise.all([...this.#shapes.values()].map(async ({ spare }) => await spare?.destroy()));
  }

  #shape(spec: SandboxSpec): Shape {
    const key = JSON.stringify(spec.readOnlyDirectories);
    const shape = this.#shapes.get(key) ?? { spec, spare: undefined, usedAtMs: 0 };
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
      this.#filling ??= this.#fill().finally(() => {
        this.#filling = undefined;
      });
    }, FILL_AFTER_MS);
    this.#timer.unref();
  }

  async #fill(): Promise<void> {
    const keys = [...this.#shapes.keys()].reverse();
    for (const [rank, key] of keys.entries()) {
      const shape = this.#shapes.get(key);
      if (shape === undefined || this.#closed) continue;
      if (rank >= MOST_SHAPES) await this.#forget(key, shape);
      else if (shape.spare === undefined) await this.#makeSpare(key, shape);
    }
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
    await shape.spare?.destroy();
  }

  async #makeSpare(key: string, shape: Shape): Promise<void> {
    this.#made += 1;
    const id = `spare-${process.pid}-${this.#made}`;
    const scratchDirectory = join(dirname(shape.spec.scratchDirectory), id);
    let sandbox: NamespaceSandbox | undefined;
    try {
      sandbox = await this.#make({ ...shape.spec, id, scratchDirectory });
      await sandbox.open();
      if (this.#shapes.get(key) === shape) shape.spare = sandbox;
      else await sandbox.destroy();
    } catch {
      // Whoever needs one makes it, and hears why not.
      await sandbox?.destroy();
    }
  }
}

function divided({ readOnlyDirectories }: SandboxSpec): {
  fixed: SharedDirectory[];
  late: SharedDirectory[];
} {
  const late = readOnlyDirectories.filter(({ sandboxPath }) => isLatePlace(sandboxPath));
  return { fixed: readOnlyDirectories.filter((directory) => !late.includes(directory)), late };
}
