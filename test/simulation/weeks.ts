import type { AsyncInvoker } from '../../src/invoke/async/async-invoker.ts';
import { ServiceError } from '../../src/model/service-error.ts';
import { Chance, randomSpans, spanAt } from './chance.ts';
import { SimulatedFunctions, tokenIn } from './functions.ts';
import { Ledger } from './ledger.ts';
import { Publishers } from './publishers.ts';
import { QueueTraffic } from './queue-traffic.ts';
import { Schedules } from './schedules.ts';
import { createSinks, drainSinks } from './sinks.ts';
import { FunctionTraffic, reachedAtMs, recordOf } from './traffic.ts';
import { World } from './world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEKS_MS = 21 * DAY_MS;
const EPISODE_MS = 5 * DAY_MS;
/** As long as an event may wait, and its record and dead letter behind it. */
const END_MS = 12 * HOUR_MS;
const GAPS_MS = [
  0,
  1000,
  20_000,
  60_000,
  90_000,
  600_000,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
] as const;
/** Around the nights in which clocks are set, in Europe, America and Australia. */
const STARTS = [Date.UTC(2026, 2, 5), Date.UTC(2026, 2, 20), Date.UTC(2026, 8, 25), Date.UTC(2026, 9, 15)];

/** Three weeks of everything that happens by itself, and what should have come of it. */
export class Weeks {
  readonly #chance: Chance;
  readonly #startMs: number;
  readonly #ledger = new Ledger();
  readonly #functions: FunctionTraffic;
  readonly #outages;
  readonly #lastOfGroup = new Map<string, number>();
  readonly #problems: string[] = [];
  readonly #seed: number;
  #tokens = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#chance = new Chance(seed);
    this.#startMs = (STARTS[seed % STARTS.length] ?? 0) + this.#chance.below(DAY_MS);
    const endMs = this.#startMs + WEEKS_MS;
    this.#functions = new FunctionTraffic(this.#chance, this.#startMs, endMs);
    this.#outages = randomSpans(this.#chance, this.#startMs, endMs, HOUR_MS);
  }

  async run(): Promise<number> {
    const world = await World.open({
      startMs: this.#startMs,
      functions: (now) => this.#simulated(now),
      deadLetterTarget: (name) => this.#functions.deadLetterTarget(name),
      inFront: (accept) => this.#inFront(accept, () => world.clock.now()),
    });
    try {
      await this.#live(world);
    } finally {
      await world.close();
    }
    this.#problems.push(...this.#functions.settle(world.functions, this.#ledger), ...this.#ledger.problems());
    if (this.#problems.length > 0)
      throw new Error([`seed ${this.#seed}`, ...this.#problems.slice(0, 20), ...world.notices].join('\n'));
    return this.#ledger.size;
  }

  async #live(world: World): Promise<void> {
    const { clock } = world;
    await createSinks(world);
    await this.#functions.configure(world);
    const publishers = new Publishers(world, this.#chance, this.#ledger, this.#outages);
    await publishers.open();
    const reached = (dueMs: number): number => reachedAtMs(dueMs, this.#outages);
    const schedules = new Schedules(world, this.#chance, this.#ledger, reached);
    let queue: QueueTraffic | undefined;
    for (let episode = 0; clock.now() < this.#startMs + WEEKS_MS; ) {
      if (queue === undefined || clock.now() > this.#startMs + episode * EPISODE_MS) {
        await queue?.close();
        queue = new QueueTraffic(world, this.#chance, `queue-${(episode += 1)}`);
        await queue.open();
      }
      await this.#step(world, { publishers, schedules, queue });
      await clock.pass(this.#chance.pick(GAPS_MS));
      this.#problems.push(...(await drainSinks(world, this.#ledger, this.#lastOfGroup)));
    }
    await queue?.close();
    await schedules.close();
    await clock.pass(END_MS);
    this.#problems.push(...(await drainSinks(world, this.#ledger, this.#lastOfGroup)));
    const unfinished = await world.unfinished();
    if (unfinished > 0) this.#problems.push(`${unfinished} events and deliveries have come to no end`);
  }

  async #step(
    world: World,
    {
      publishers,
      schedules,
      queue,
    }: {
      readonly publishers: Publishers;
      readonly schedules: Schedules;
      readonly queue: QueueTraffic;
    },
  ): Promise<void> {
    const choice = this.#chance.below(100);
    if (choice < 25) await this.#invoke(world);
    else if (choice < 50) await publishers.step(this.#token());
    else if (choice < 92) await queue.step();
    else if (choice < 98) await schedules.step();
    else await world.restart();
  }

  async #invoke(world: World): Promise<void> {
    for (let burst = 1 + this.#chance.below(3); burst > 0; burst -= 1)
      await this.#functions.step(world, this.#token());
  }

  #token(): string {
    return `t${(this.#tokens += 1)}`;
  }

  #simulated(now: () => number): SimulatedFunctions {
    const functions = new SimulatedFunctions(this.#seed, now, (name, payload, atMs) => {
      if (name === 'keeper') this.#ledger.saw('run by keeper', recordOf(payload), atMs);
    });
    const steady = { failureRate: 0, busy: [], broken: [], isOff: false };
    const patient = { maximumRetryAttempts: 2, maximumEventAgeMs: 6 * HOUR_MS };
    for (const { it } of this.#functions.followed) functions.byName.set(it.name, it);
    for (const name of ['keeper', 'billing']) functions.byName.set(name, { name, ...steady, ...patient });
    return functions;
  }

  /** Every event on its way in; at times the function `billing` cannot be reached. */
  #inFront(accept: AsyncInvoker['accept'], now: () => number): AsyncInvoker['accept'] {
    return async (request) => {
      const atMs = now();
      const token = tokenIn(Buffer.from(request.payload).toString());
      if (request.name === 'billing') {
        if (spanAt(this.#outages, atMs) !== undefined)
          throw new ServiceError('ServiceException', 'Out of reach, for a while.', 500);
        this.#ledger.saw('accepted by billing', token, atMs);
      } else this.#functions.note(request.name, token, atMs);
      return await accept(request);
    };
  }
}
