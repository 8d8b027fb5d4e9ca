import type { Invocation } from '../../model/invocation.ts';
import { monotonicMs } from '../ahead/monotonic-clock.ts';
import { DeploymentGroup } from '../deployment-group.ts';
import type { ExecutionEnvironment } from '../execution-environment.ts';
import { type PlayedRuntime, PlayedRuntimes } from './played-runtime.ts';
import { functionVersion, invocation, PoolFixture } from './pool-fixture.ts';

/** After so many, nothing is expected of an environment's standard output. */
const QUIET_INVOCATIONS = 8;

/** What came of an invocation: its result's text, or the platform's own error. */
export interface Ended {
  readonly text: string;
  readonly isError: boolean;
}

/** A turn of the event loop: what was written has been read, and what was put off to its end is done. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Makes environments without processes, for one test after the other. */
export class PlayedPlatform {
  readonly played = new PlayedRuntimes();
  readonly fixture = new PoolFixture({ driver: this.played.driver });
}

/**
 * Environments of one deployment whose runtimes a test plays, and which the platform keeps busy as it does when it is
 * what limits them: the pool's own steps, without its watch of the event loop's load.
 */
export class PlayedDeployment {
  readonly #platform: PlayedPlatform;
  readonly #version = functionVersion();
  readonly group = new DeploymentGroup('played', this.#version);
  readonly environments: ExecutionEnvironment[] = [];
  /** By request id, all that was said of each. */
  readonly ended = new Map<string, Ended[]>();
  readonly #idOf = new Map<ExecutionEnvironment, string>();

  constructor(platform: PlayedPlatform) {
    this.#platform = platform;
    platform.fixture.logs.clear();
  }

  /** @param quiet invocations that each has had, and printed nothing */
  async start(count: number, quiet = QUIET_INVOCATIONS): Promise<void> {
    for (let looks = 0; looks < 10; looks += 1) {
      this.group.turnover.ended(0.1);
      this.group.turnover.look(count, 1, 0);
    }
    while (this.environments.length < count) {
      const { fixture, played } = this.#platform;
      const before = new Set(played.runtimes.keys());
      const environment = await fixture.pool.factory.create(this.#version, 'on-demand', false, {
        onAvailable: (free) => this.#onAvailable(free),
        onIdleLost: () => undefined,
      });
      await environment.start();
      const id = [...played.runtimes.keys()].find((each) => !before.has(each)) ?? '';
      this.#idOf.set(environment, id);
      this.environments.push(environment);
      this.group.environments.add(environment);
      this.#onAvailable(environment);
      if (quiet > 0) await this.#beQuiet(environment, quiet);
    }
  }

  /** The process that an environment has now. */
  runtimeOf(environment: ExecutionEnvironment | undefined): PlayedRuntime {
    const id = environment === undefined ? undefined : this.#idOf.get(environment);
    const runtime = id === undefined ? undefined : this.#platform.played.runtimes.get(id);
    if (runtime === undefined) throw new Error('There is no such runtime.');
    return runtime;
  }

  /** As `EnvironmentPool.run` where the number of environments is limited. */
  send(event: unknown, more: Partial<Invocation> = {}): Invocation {
    const sent = invocation(event, more);
    const said: Ended[] = [];
    this.ended.set(sent.requestId, said);
    const completion = {
      succeed: ({ payload, functionError }: { payload: Uint8Array; functionError?: unknown }) =>
        void said.push({ text: Buffer.from(payload).toString(), isError: functionError !== undefined }),
      fail: (error: Error) => void said.push({ text: error.message, isError: true }),
    };
    const idle = this.group.takeIdle();
    if (idle !== undefined) idle.invoke(sent, completion, true);
    else this.group.waitTurn(sent, completion);
    return sent;
  }

  /** As `TurnWatch` looks. What it decides is done a turn of the event loop later. */
  look(): void {
    this.group.runners.look(monotonicMs(), () => this.#serveWaiting());
  }

  /** The lines of each environment's log. */
  logs(): (readonly string[])[] {
    return [...this.#platform.fixture.logs.values()];
  }

  async close(): Promise<void> {
    await Promise.all(this.environments.map(async (environment) => await environment.destroy()));
  }

  async #beQuiet(environment: ExecutionEnvironment, invocations: number): Promise<void> {
    const runtime = this.runtimeOf(environment);
    for (let count = 0; count < invocations; count += 1) {
      const { requestId } = this.send('quiet');
      runtime.respond(requestId, 'null');
      runtime.arrive();
      // Its event leaves, and its REPORT is written, at the end of the turn.
      do await turn();
      while (this.group.idle.at(-1)?.environment !== environment);
      this.ended.delete(requestId);
    }
    runtime.events.length = 0;
    for (const lines of [...this.#platform.fixture.logs.values()].slice(-1)) lines.length = 0;
  }

  #onAvailable(environment: ExecutionEnvironment): void {
    const { group } = this;
    if (group.runners.goOn(environment)) return;
    if (group.waiters.length > 0) this.#serve(environment);
    else group.idle.push({ environment, sinceMs: 0 });
  }

  #serveWaiting(): void {
    while (this.group.waiters.length > 0) {
      const found = this.group.takeIdle();
      if (found === undefined) return;
      this.#serve(found);
    }
  }

  #serve(environment: ExecutionEnvironment): void {
    const waiter = this.group.waiters.shift();
    if (waiter === undefined) return;
    environment.invoke(waiter.invocation, waiter.completion, true);
    this.group.runners.follow(environment);
  }
}
