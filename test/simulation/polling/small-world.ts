import { randomUUID } from 'node:crypto';
import type { InvokeAnswer } from '../../../src/invoke/function-invoker.ts';
import { tooManyRequests } from '../../../src/model/lambda-errors.ts';
import type {
  EventSourceKind,
  MappingSettings,
  StoredMapping,
} from '../../../src/model/stored-event-source-mapping.ts';
import { StreamsRuntime } from '../../../src/services/kinesis/streams-runtime.ts';
import { insertMapping } from '../../../src/services/lambda/event-source-mappings/mapping-rows.ts';
import { QueuesRuntime } from '../../../src/services/sqs/queues-runtime.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { Chance } from '../chance.ts';
import { Life, type Surroundings } from './life.ts';
import { CONTEXT } from './polling-world.ts';
import { ScriptedFunctions } from './scripted-function.ts';
import { SimulatedClock } from './simulated-clock.ts';

/** A function that gets all it is sent, unless it is told to be busy. */
export class WillingFunction extends ScriptedFunctions {
  readonly events: unknown[] = [];
  isBusy: (event: unknown) => boolean = () => false;

  constructor(clock: SimulatedClock) {
    super(new Chance(1), clock, () => undefined);
  }

  override async invoke({ payload }: Parameters<ScriptedFunctions['invoke']>[0]): Promise<InvokeAnswer> {
    const event: unknown = JSON.parse(Buffer.from(payload).toString());
    if (this.isBusy(event)) throw tooManyRequests('ConcurrentInvocationLimitExceeded');
    this.events.push(event);
    return { payload: Buffer.from('null'), executedVersion: '$LATEST', traceId: 'Root=1-2-3' };
  }
}

/** One mapping at a time, with everything that happens to it told in the test. */
export class SmallWorld {
  readonly clock = new SimulatedClock();
  readonly store: Store;
  readonly queues: QueuesRuntime;
  readonly streams: StreamsRuntime;
  readonly called = new WillingFunction(this.clock);
  readonly problems: string[] = [];
  #life: Life | undefined;

  private constructor(store: Store) {
    this.store = store;
    const common = {
      store,
      clock: this.clock,
      owner: 'simulated',
      identities: { policiesOf: () => undefined },
      onDenied: () => undefined,
      onNotice: (message: string) => this.problems.push(message),
    };
    this.queues = new QueuesRuntime(common);
    this.streams = new StreamsRuntime(common);
    this.streams.start();
  }

  static async make(): Promise<SmallWorld> {
    const onWarning = (): void => undefined;
    return new SmallWorld(await openStore({ dataDir: '.', url: undefined, ephemeral: true, onWarning }));
  }

  async map(kind: EventSourceKind, EventSourceArn: string, settings: MappingSettings): Promise<void> {
    const mapping: StoredMapping = {
      accountId: CONTEXT.accountId,
      region: CONTEXT.region,
      uuid: randomUUID(),
      kind,
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:willing',
      enabled: true,
      state: 'Creating',
      stateTransitionReason: 'simulated',
      lastModifiedMs: 0,
      settings: { ...settings, EventSourceArn },
    };
    await this.store.write(async (tx, announce) => await insertMapping(tx, announce, mapping));
  }

  async live(changed: Partial<Surroundings> = {}): Promise<void> {
    this.#life = new Life({
      clock: this.clock,
      store: this.store,
      queues: this.queues.consumer,
      streams: this.streams.consumer,
      functions: this.called,
      targets: {},
      onReceived: () => undefined,
      onRemoved: async () => undefined,
      onSaved: () => undefined,
      onPoller: () => undefined,
      onNotice: (message) => this.problems.push(message),
      ...changed,
    });
    await this.#life.sources.start();
  }

  die(): void {
    this.#life?.kill();
  }

  /** Lets time pass in such steps until something is so. */
  async until(isSo: () => boolean, stepMs = 1000): Promise<void> {
    while (!isSo()) {
      await this.clock.pass(stepMs);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async end(): Promise<void> {
    await this.#life?.sources.stop();
    await this.queues.stop();
    await this.streams.stop();
    await this.store.close();
  }
}
