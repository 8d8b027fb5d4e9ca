import {
  CreateAliasCommand,
  DeleteFunctionCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  InvokeWithResponseStreamCommand,
  type LambdaClient,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  TooManyRequestsException,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Chance } from '../simulation/chance.ts';
import { crowdClient } from '../support/crowd.ts';
import { deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { provision, untilProvisioned } from '../support/provisioned.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Health, health, untilWorkers } from '../support/workers.ts';

const WORKERS = 3;
const STEPS = Number(process.env['LAMBENT_CHANGES'] ?? 14);
const MOST = 24;
const BURST = 120;
const THROTTLED = 'ReservedFunctionConcurrentInvocationLimitExceeded';

let server: TestServer;
/** One for requests that workers answer, and one for those that send a connection back to the main process. */
let many: LambdaClient;
let streams: LambdaClient;

beforeAll(async () => {
  // Functions count themselves at a server of the test's, on the machine's loopback.
  server = await startServer({ flags: ['--workers', String(WORKERS), '--isolation', 'process'] });
  many = crowdClient(server);
  streams = crowdClient(server);
  await untilWorkers(server, WORKERS);
});

afterAll(async () => {
  many.destroy();
  streams.destroy();
  await server.stop();
});

/** How so many invokes came out, as they come. */
interface Burst {
  readonly size: number;
  readonly through: unknown[];
  readonly throttled: unknown[];
  /** Whose worker was killed. */
  readonly lost: unknown[];
  readonly all: Promise<unknown>;
}

/** One function, those before it of its name, and what is inside. */
class World {
  readonly name = uniqueName();
  readonly bursts: Burst[] = [];
  readonly gates: LoopbackGate[] = [];
  readonly chance: Chance;
  limit = 0;
  versions = 0;
  mayBeLost = false;

  constructor(seed: number) {
    this.chance = new Chance(seed);
  }

  get gate(): LoopbackGate {
    const gate = this.gates.at(-1);
    if (gate === undefined) throw new Error('There is no function yet.');
    return gate;
  }

  async make(): Promise<void> {
    const gate = await LoopbackGate.listen();
    this.gates.push(gate);
    await deploy(server.lambda, this.name, { 'index.js': gate.handler("'through'") }, { Timeout: 600 });
    await this.publish();
    const alias = { FunctionName: this.name, Name: 'live', FunctionVersion: '1' };
    await server.lambda.send(new CreateAliasCommand(alias));
    await this.reserve(this.chance.below(MOST));
  }

  async publish(): Promise<void> {
    const { Version } = await server.lambda.send(new PublishVersionCommand({ FunctionName: this.name }));
    this.versions = Number(Version);
  }

  async reserve(limit: number): Promise<void> {
    this.limit = limit;
    await server.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: this.name, ReservedConcurrentExecutions: limit }),
    );
  }

  burst(size: number, qualifiers: readonly [string, ...string[]] = ['live', '$LATEST']): Burst {
    const burst = { size, through: [] as unknown[], throttled: [] as unknown[], lost: [] as unknown[] };
    const one = async (index: number): Promise<void> => {
      const Qualifier = this.chance.pick(qualifiers);
      try {
        if (index % 5 === 0) {
          const command = new InvokeWithResponseStreamCommand({ FunctionName: this.name, Qualifier });
          const { EventStream = [] } = await streams.send(command);
          for await (const each of EventStream) if (each.InvokeComplete?.ErrorCode) throw new Error('lost');
          burst.through.push('through');
        } else {
          const { payload } = await invoke(many, this.name, {}, { Qualifier, LogType: 'None' });
          burst.through.push(payload);
        }
      } catch (error) {
        if (error instanceof TooManyRequestsException) burst.throttled.push(error.Reason);
        else if (this.mayBeLost) burst.lost.push(error);
        else burst.throttled.push(error);
      }
    };
    const all = Promise.all(Array.from({ length: size }, async (_, index) => await one(index)));
    const made = { ...burst, all };
    this.bursts.push(made);
    return made;
  }

  /** Resolves when all are inside or refused. @returns how many came in of this burst */
  async settled(burst: Burst, before: number): Promise<number> {
    const came = (): number => burst.size - burst.throttled.length - burst.lost.length;
    await eventually(
      async () => await Promise.resolve(this.gate.inside),
      (inside) => inside - before === came() - burst.through.length,
      120_000,
    ).catch((error: unknown) => {
      throw new Error(
        `inside ${this.gate.inside}, before ${before}, came ${came()}, limit ${this.limit}: ${String(error)}`,
      );
    });
    expect([...new Set(burst.throttled)].filter((reason) => reason !== THROTTLED)).toEqual([]);
    return came();
  }

  /** Nothing else goes on: exactly as many come in as there is room for. */
  async exactly(why: string, qualifiers?: readonly [string, ...string[]]): Promise<void> {
    const before = this.gate.inside;
    const came = await this.settled(this.burst(BURST, qualifiers), before);
    expect([why, came]).toEqual([why, Math.max(0, Math.min(BURST, this.limit - before))]);
  }

  /** Of a burst while something changes. */
  async during(why: string, change: () => Promise<void>): Promise<void> {
    const before = this.gate.inside;
    const limit = this.limit;
    const burst = this.burst(BURST);
    await change();
    const came = await this.settled(burst, before);
    const most = Math.max(0, Math.max(limit, this.limit) - before);
    // Provisioned units are there for one version only, and until it is ready for none.
    const least = why in CHANGES ? Math.max(0, Math.min(limit, this.limit) - before) : 0;
    expect([why, came, came <= most, came >= least]).toEqual([why, came, true, true]);
  }

  async letOut(count: number): Promise<void> {
    const inside = this.gate.inside;
    this.gate.letOut(count);
    await this.gate.untilInside(Math.max(0, inside - count));
    // The handler has said so; its answer is still to come.
    await eventually(
      async () => await Promise.resolve(this.answered()),
      (answered) => answered,
      60_000,
    );
  }

  answered(): boolean {
    const sum = (of: (burst: Burst) => number): number =>
      this.bursts.reduce((total, burst) => total + of(burst), 0);
    const open = sum((each) => each.size - each.through.length - each.throttled.length - each.lost.length);
    return open === this.gates.reduce((total, { inside }) => total + inside, 0);
  }
}

/** Asked by a connection that a killed one had, it fails. */
async function allWorkers(): Promise<Health | undefined> {
  return await eventually(
    async () => await health(server).catch(() => undefined),
    (now) => now?.workers.length === WORKERS,
    60_000,
  );
}

const CHANGES: Record<string, (world: World) => Promise<void>> = {
  reserve: async (world) => {
    await world.during('reserve', async () => await world.reserve(world.chance.below(MOST)));
  },
  none: async (world) => {
    await world.during('none', async () => await world.reserve(0));
  },
  shift: async (world) => {
    await world.during('shift', async () => {
      const weight = world.chance.next();
      const other = String(1 + world.chance.below(world.versions));
      const FunctionVersion = String(1 + world.chance.below(world.versions));
      const RoutingConfig =
        other === FunctionVersion ? {} : { AdditionalVersionWeights: { [other]: weight } };
      const alias = { FunctionName: world.name, Name: 'live' };
      await server.lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion, RoutingConfig }));
    });
  },
  update: async (world) => {
    await world.during('update', async () => {
      const Variables = { AT: String(world.bursts.length) };
      const FunctionName = world.name;
      await server.lambda.send(
        new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }),
      );
      await untilUpdated(server.lambda, FunctionName);
      await world.publish();
    });
  },
  letOut: async (world) => {
    await world.letOut(1 + world.chance.below(MOST));
  },
  kill: async (world) => {
    world.mayBeLost = true;
    const kill = async (): Promise<void> => {
      const { workers = [] } = (await allWorkers()) ?? {};
      process.kill(workers[world.chance.below(workers.length)]?.pid ?? 0, 'SIGKILL');
    };
    if (world.chance.is(0.5)) {
      world.burst(BURST);
      await kill();
    } else await kill();
    await eventually(
      async () => await Promise.resolve(world.answered()),
      (answered) => answered,
      60_000,
    );
    await allWorkers();
    expect(world.gate.inside).toBeLessThanOrEqual(MOST);
    world.mayBeLost = false;
  },
  replace: async (world) => {
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName: world.name }));
    await world.make();
    // What ran for the old one ends at any time.
    const old = world.gates.at(-2);
    const burst = world.burst(BURST);
    old?.letOut(world.chance.below(MOST));
    await world.settled(burst, 0);
    old?.open();
    await old?.untilInside(0);
  },
  provision: async (world) => {
    if (world.limit < 4) return;
    const point = async (FunctionVersion: string): Promise<void> => {
      const alias = { FunctionName: world.name, Name: 'live', FunctionVersion, RoutingConfig: {} };
      await server.lambda.send(new UpdateAliasCommand(alias));
    };
    await point(String(world.versions));
    const units = 1 + world.chance.below(world.limit);
    await world.during('provisioning', async () => {
      await provision(server.lambda, world.name, 'live', units);
    });
    await world.exactly('provisioned', ['live']);
    if (world.chance.is(0.5)) await world.letOut(1 + world.chance.below(MOST));
    // What runs on the units of one version is in the way of the other's.
    await world.during('moving', async () => {
      await point('1');
      await untilProvisioned(server.lambda, world.name, 'live');
    });
    await world.exactly('moved', ['live']);
    const config = { FunctionName: world.name, Qualifier: 'live' };
    await server.lambda.send(new DeleteProvisionedConcurrencyConfigCommand(config));
  },
  reset: async (world) => {
    world.mayBeLost = true;
    const burst = world.burst(BURST);
    await allWorkers();
    await fetch(`${server.endpoint}/_lambent/reset`, { method: 'POST' });
    await burst.all;
    await world.gate.untilInside(0);
    world.mayBeLost = false;
    await world.make();
  },
};

const seeds = (process.env['LAMBENT_SEEDS'] ?? '1,2').split(',').map(Number);

test.each(seeds)(
  'whatever changes, a reservation lets in exactly what it says, on all workers: seed %i',
  async (seed) => {
    const world = new World(seed);
    await world.make();
    const kinds = Object.keys(CHANGES);
    try {
      for (let step = 0; step < STEPS; step += 1) {
        const kind = kinds[world.chance.below(kinds.length)] ?? '';
        await CHANGES[kind]?.(world);
        await world.exactly(`${step} after ${kind}`);
      }
      for (const gate of world.gates) gate.open();
      await Promise.all(world.bursts.map(async ({ all }) => await all));
      // All units are there again.
      await world.reserve(MOST);
      world.gate.shut();
      await world.gate.untilInside(0);
      await world.exactly('at the end');
    } finally {
      for (const gate of world.gates) await gate.close();
    }
  },
  600_000,
);
