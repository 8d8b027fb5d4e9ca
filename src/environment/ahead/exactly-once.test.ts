import * as fc from 'fast-check';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PlayedDeployment, PlayedPlatform, turn } from '../testing/played-deployment.ts';
import type { PlayedRuntime, ReadEvent } from '../testing/played-runtime.ts';
import { monotonicMs } from './monotonic-clock.ts';

const KINDS = ['quick', 'quick', 'quick', 'long', 'logs', 'prints', 'crashes'] as const;
type Kind = (typeof KINDS)[number];

interface Payload {
  readonly serial: number;
  readonly kind: Kind;
}

/** A runtime as runtimes/FRAMES.md has it, one small step after the other. */
class Player {
  readonly #runtime: () => PlayedRuntime;
  readonly #begun: Map<string, number>;
  #life: PlayedRuntime | undefined;
  #isPassing = false;
  #current: ReadEvent | undefined;
  #stepsLeft = 0;

  constructor(runtime: () => PlayedRuntime, begun: Map<string, number>) {
    this.#runtime = runtime;
    this.#begun = begun;
  }

  /** @param lateMs so much before it goes on it has read the clock */
  step(lateMs: number): void {
    const runtime = this.#runtime();
    if (runtime !== this.#life) {
      this.#life = runtime;
      this.#isPassing = false;
      this.#current = undefined;
    }
    if (runtime.hasEnded) return;
    if (this.#current === undefined) this.#next(runtime, lateMs);
    else if (this.#stepsLeft > 0) this.#stepsLeft -= 1;
    else this.#finish(runtime, this.#current);
  }

  /** It is ended from outside. @returns the event that it had begun */
  kill(): string | undefined {
    const runtime = this.#runtime();
    const id = runtime === this.#life && !runtime.hasEnded ? this.#current?.requestId : undefined;
    runtime.exit();
    return id;
  }

  #next(runtime: PlayedRuntime, lateMs: number): void {
    const event = runtime.events.shift();
    if (event === undefined) return;
    const { ahead, beginBefore = 0, requestId } = event;
    if (ahead === undefined) this.#isPassing = false;
    else this.#isPassing ||= monotonicMs() - lateMs >= beginBefore;
    if (this.#isPassing) return runtime.passed(ahead ?? 0);
    this.#begun.set(requestId, (this.#begun.get(requestId) ?? 0) + 1);
    this.#current = event;
    this.#stepsLeft = kindOf(event) === 'long' ? 5 : 0;
    if (kindOf(event) === 'logs') runtime.log(`log of ${requestId}`);
    if (kindOf(event) === 'prints') runtime.output.write(`print of ${requestId}\n`);
  }

  #finish(runtime: PlayedRuntime, event: ReadEvent): void {
    this.#current = undefined;
    if (kindOf(event) === 'crashes') runtime.exit();
    else runtime.respond(event.requestId, event.payload);
  }
}

function kindOf({ payload }: ReadEvent): Kind {
  return (JSON.parse(payload) as Payload).kind;
}

const platform = new PlayedPlatform();
afterAll(() => platform.fixture.close());

const ENVIRONMENTS = 2;
const kinds = fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 5 });
const which = fc.nat(ENVIRONMENTS - 1);
/** Within the margin that the platform leaves for it. */
const lateMs = fc.double({ min: 0, max: 0.9, noNaN: true });
const run = fc.record({ runtime: which, steps: fc.integer({ min: 1, max: 8 }), lateMs });
type Run = typeof run extends fc.Arbitrary<infer Value> ? Value : never;
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ send: kinds }) },
  { weight: 6, arbitrary: fc.record({ run }) },
  { weight: 4, arbitrary: fc.record({ arrive: which }) },
  { weight: 2, arbitrary: fc.record({ passMs: fc.constantFrom(0.2, 0.5, 1, 4, 6) }) },
  { weight: 1, arbitrary: fc.record({ kill: which }) },
  { weight: 1, arbitrary: fc.record({ pause: which }) },
  { weight: 1, arbitrary: fc.record({ resume: which }) },
  // What the runtimes and the clock do between the platform's look and its next reading.
  {
    weight: 3,
    arbitrary: fc.record({ look: fc.array(run, { maxLength: 3 }), stallMs: fc.constantFrom(0, 0, 1, 7) }),
  },
  { weight: 3, arbitrary: fc.constant({ turn: true } as const) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

class Model {
  readonly it = new PlayedDeployment(platform);
  /** How often each event was begun, by request id. */
  readonly begun = new Map<string, number>();
  readonly sent = new Map<string, Payload>();
  /** Those whose runtime was ended from outside, in them. */
  readonly killed = new Set<string | undefined>();
  #players: Player[] = [];

  async start(): Promise<void> {
    await this.it.start(ENVIRONMENTS);
    this.#players = this.it.environments.map(
      (environment) => new Player(() => this.it.runtimeOf(environment), this.begun),
    );
    // Busy with one after the other from the start.
    for (let count = 0; count < 2 * ENVIRONMENTS; count += 1) this.#send('quick');
    for (let runtime = 0; runtime < ENVIRONMENTS; runtime += 1) this.#run({ runtime, steps: 2, lateMs: 0 });
    await this.#look([], 0);
  }

  async do(what: Step): Promise<void> {
    if ('send' in what) what.send.forEach((kind) => this.#send(kind));
    else if ('run' in what) this.#run(what.run);
    else if ('arrive' in what) this.#runtime(what.arrive).arrive();
    else if ('passMs' in what) vi.advanceTimersByTime(what.passMs);
    else if ('kill' in what) this.killed.add(this.#players[what.kill]?.kill());
    else if ('pause' in what) this.#runtime(what.pause).answers.pause();
    else if ('resume' in what) this.#runtime(what.resume).answers.resume();
    else if ('look' in what) await this.#look(what.look, what.stallMs);
    else await turn();
  }

  /** Lets everybody go on until all is answered. */
  async finish(): Promise<void> {
    for (let index = 0; index < ENVIRONMENTS; index += 1) this.#runtime(index).answers.resume();
    for (let rounds = 0; rounds < 2000 && this.#isWaiting; rounds += 1) {
      vi.advanceTimersByTime(1);
      for (let runtime = 0; runtime < ENVIRONMENTS; runtime += 1) this.#run({ runtime, steps: 2, lateMs: 0 });
      await this.#look([], 0);
    }
    // The last REPORT is written a turn after the answer.
    for (let turns = 0; turns < 3; turns += 1) await turn();
  }

  get #isWaiting(): boolean {
    return [...this.it.ended.values()].some((said) => said.length === 0);
  }

  #send(kind: Kind): void {
    const payload = { serial: this.sent.size, kind };
    this.sent.set(this.it.send(payload).requestId, payload);
  }

  #run({ runtime, steps, lateMs: late }: Run): void {
    for (let left = steps; left > 0; left -= 1) this.#players[runtime]?.step(late);
  }

  /** As libuv has it: timers, then all that has arrived, then what was put off to the end of the turn. */
  async #look(between: readonly Run[], stallMs: number): Promise<void> {
    this.it.look();
    vi.advanceTimersByTime(stallMs);
    for (const each of between) this.#run(each);
    for (let index = 0; index < ENVIRONMENTS; index += 1) this.#runtime(index).arrive();
    await turn();
  }

  #runtime(index: number): PlayedRuntime {
    return this.it.runtimeOf(this.it.environments[index]);
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function checkLog(lines: readonly string[]): void {
  const ids = lines.flatMap((line) => {
    const found = /^(START|END|REPORT) RequestId: (\S{36})/.exec(line);
    return found === null ? [] : [[found[1], found[2]] as const];
  });
  for (let at = 0; at < ids.length; at += 3) {
    const id = ids[at]?.[1];
    expect(ids.slice(at, at + 3)).toEqual(['START', 'END', 'REPORT'].map((word) => [word, id]));
  }
}

// Some seconds of a processor, that a busy machine may give a tenth of.
test('however runtimes, clocks and the platform are late, each event begins once and has its own answer', {
  timeout: 180_000,
}, async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80 }), async (steps) => {
    const model = new Model();
    try {
      await model.start();
      for (const each of steps) await model.do(each);
      await model.finish();
      for (const [id, payload] of model.sent) {
        const said = model.it.ended.get(id) ?? [];
        expect(said).toHaveLength(1);
        expect(model.begun.get(id) ?? 0).toBeLessThanOrEqual(1);
        const hasEnded = model.begun.get(id) === 1 && payload.kind !== 'crashes' && !model.killed.has(id);
        if (hasEnded) expect(said[0]?.text).toBe(JSON.stringify(payload));
        else expect(said[0]?.text).toContain('Runtime.ExitError');
      }
      for (const lines of model.it.logs()) checkLog(lines);
    } finally {
      await model.it.close();
    }
  });
  await fc.assert(property, { numRuns: 1000 });
});
