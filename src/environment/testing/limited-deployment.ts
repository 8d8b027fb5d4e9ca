import { monotonicMs } from '../ahead/monotonic-clock.ts';
import { DeploymentGroup } from '../deployment-group.ts';
import type { ExecutionEnvironment } from '../execution-environment.ts';
import type { FunctionVersion } from '../../model/function-version.ts';
import type { Invocation } from '../../model/invocation.ts';
import { type Answer, answerOf, functionVersion, invocation, type PoolFixture } from './pool-fixture.ts';

/** One environment of a deployment that the platform limits to few: the pool's own steps, with a real process. */
export class LimitedDeployment {
  readonly version: FunctionVersion = functionVersion({ handler: 'ahead' });
  readonly group = new DeploymentGroup('limited', this.version);
  readonly #fixture: PoolFixture;

  private constructor(fixture: PoolFixture) {
    this.#fixture = fixture;
    for (let looks = 0; looks < 10; looks += 1) {
      this.group.turnover.ended(0.1);
      this.group.turnover.look(8, 1, 0);
    }
  }

  static async start(fixture: PoolFixture): Promise<LimitedDeployment> {
    const it = new LimitedDeployment(fixture);
    await it.add();
    return it;
  }

  /** Adds an environment, which takes whoever waits. */
  async add(): Promise<ExecutionEnvironment> {
    const added = await this.#fixture.pool.factory.create(this.version, 'on-demand', false, {
      onAvailable: (free) => this.#onAvailable(free),
      onIdleLost: () => undefined,
    });
    await added.start();
    this.group.environments.add(added);
    this.#onAvailable(added);
    return added;
  }

  /** In hand if nothing is, else ahead. */
  async send(event: unknown, more: Partial<Invocation> = {}): Promise<Answer> {
    const sent = invocation(event, more);
    return await new Promise((resolve, reject) => {
      const completion = {
        succeed: (result: Parameters<typeof answerOf>[0]) => resolve(answerOf(result)),
        fail: reject,
      };
      const idle = this.group.takeIdle();
      if (idle === undefined) this.group.waitTurn(sent, completion);
      else {
        idle.invoke(sent, completion, true);
        this.group.runners.follow(idle);
      }
    });
  }

  /** As `TurnWatch` looks. */
  look(): void {
    this.group.runners.look(monotonicMs(), () => {
      const idle = this.group.takeIdle();
      if (idle !== undefined) this.#onAvailable(idle);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.group.environments].map(async (each) => await each.destroy()));
  }

  #onAvailable(environment: ExecutionEnvironment): void {
    const { group } = this;
    if (group.runners.goOn(environment)) return;
    const waiter = group.waiters.shift();
    if (waiter === undefined) group.idle.push({ environment, sinceMs: 0 });
    else {
      environment.invoke(waiter.invocation, waiter.completion, true);
      group.runners.follow(environment);
    }
  }
}
