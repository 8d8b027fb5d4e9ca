import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { BegunTls } from '../../aws/listener-options.ts';
import { isFunctionUrl } from '../../front-doors/function-urls/url-address.ts';
import { ChangeFeed } from '../../store/change-feed.ts';
import type { Store } from '../../store/store.ts';
import type { PlatformLog } from '../../telemetry/platform-log.ts';
import { PlainInvokes } from './plain-invokes.ts';
import { RelayDoor } from './relay-door.ts';
import { Replica } from './replica.ts';
import { leastLaden, room, surplus } from './sharing.ts';
import type { Greeting, Load, ReturnedConnection, SentBack, WorkerFacts } from './worker-messages.ts';
import { WayBack } from './way-back.ts';
import { WorkerProcess } from './worker-process.ts';
import { WorkerRequests, type WorkerRequestsParts } from './worker-requests.ts';

/** A worker that ends sooner than this is started again later and later. */
const SHORT_LIFE_MS = 10_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

export interface WorkersParts extends WorkerRequestsParts {
  readonly store: Store;
  readonly log: PlatformLog;
  readonly directory: string;
}

/** What a greeting says beside what this class knows itself. */
export type GreetingParts = Omit<Greeting, 'kind' | 'worker' | 'directory' | 'clock' | 'changes' | 'relay'>;

/** One worker, as the health answer shows it. */
export interface WorkerState extends Omit<WorkerFacts, 'environments'> {
  readonly worker: number;
  readonly pid: number | undefined;
  readonly connections: number;
}

type OnConnection = (note: ReturnedConnection, socket: Socket) => void;

/** The processes that invokes are shared out to: started, told everything they need to know, and replaced when they end. */
export class Workers {
  /** Which requests are for them. */
  readonly plain = new PlainInvokes();
  readonly wayBack = new WayBack(this.plain, () => leastLaden(this.#living) !== undefined);
  readonly #parts: WorkersParts;
  readonly #requests: WorkerRequests;
  readonly #feed = new ChangeFeed();
  readonly #replica = new Replica((change) => {
    this.#feed.publish([change]);
    for (const worker of this.#living) worker.change({ kind: 'changes', changes: [change] });
  });
  readonly #living = new Set<WorkerProcess>();
  /** Numbers that are seen to. */
  readonly #kept = new Set<number>();
  #prepared: Promise<void> | undefined;
  #isPrepared = false;
  #greeting: (GreetingParts & Pick<Greeting, 'relay'>) | undefined;
  #door: RelayDoor | undefined;
  #onConnection: OnConnection = (_note, socket) => socket.destroy();
  #wanted = 0;
  /** More have been asked for: those that were there have too much. */
  #isUneven = false;
  #isStopping = false;

  constructor(parts: WorkersParts) {
    this.#parts = parts;
    this.#requests = new WorkerRequests(parts);
    this.plain.follow(this.#feed);
    // Left by a platform that was killed.
    rmSync(join(parts.directory, 'workers'), { recursive: true, force: true });
  }

  /** Gathers what workers have to know. Before that none can be started; it takes memory, and reading all of that. */
  async prepare(): Promise<void> {
    await (this.#prepared ??= this.#prepare().catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    }));
  }

  get isPrepared(): boolean {
    return this.#isPrepared;
  }

  /** Workers that serve or are being started. */
  get wanted(): number {
    return this.#wanted;
  }

  /** How busy those are that serve. */
  get loads(): Load[] {
    return [...this.#living].flatMap(({ isReady, isLeaving, load }) =>
      isReady && !isLeaving && load !== undefined ? [load] : [],
    );
  }

  /** Resolves when all clocks stand like this process's. */
  async shareClock(): Promise<void> {
    const message = { kind: 'clock' as const, clock: this.#parts.clock.reading };
    await Promise.all([...this.#living].map((worker) => worker.ask(message)));
  }

  /**
   * From now on workers may be started.
   * @param onConnection takes connections that come back
   */
  async begin(greeting: GreetingParts, onConnection: OnConnection): Promise<void> {
    this.#onConnection = onConnection;
    if (greeting.tls !== undefined) {
      this.#door = await RelayDoor.open(tmpdir(), (socket, bytes) =>
        onConnection({ kind: 'decrypted', bytes }, socket),
      );
    }
    this.#greeting = { ...greeting, relay: this.#door?.way };
  }

  /** So many workers from now on. Until they serve, the main process does; those that end let go of nobody. */
  resize(count: number): void {
    if (count > this.#wanted) this.#isUneven = this.#wanted > 0;
    this.#wanted = count;
    for (let number = 1; number <= count; number += 1) if (!this.#kept.has(number)) void this.#keep(number);
    for (const worker of this.#living) if (worker.number > count) void worker.leave();
  }

  /** Gives a new connection to the worker that has fewest. False: none serves, or it would have to bring its bytes back. */
  pass(socket: Socket, begun: BegunTls | undefined): boolean {
    return (begun === undefined || !isMains(begun)) && this.#give(socket, begun?.bytes);
  }

  /**
   * The same with one in the clear that was served before.
   * @param unread what was read of it and not answered
   */
  move(socket: Socket, unread: Uint8Array): boolean {
    return this.#give(socket, unread);
  }

  /** How many of so many connections that the main process still has are theirs. */
  room(connections: number): number {
    return this.#isStopping ? 0 : room([...this.#living], connections, this.#wanted);
  }

  /** Sees to it that those who have come last get their share of the connections. */
  level(): void {
    const serving = [...this.#living].filter(({ isReady, isLeaving }) => isReady && !isLeaving);
    if (!this.#isUneven || serving.length < this.#wanted) return;
    this.#isUneven = false;
    for (const { worker, connections } of surplus(serving)) worker.tell({ kind: 'yield', connections });
  }

  async facts(): Promise<{ states: WorkerState[]; environments: object[]; accepted: number }> {
    const ready = [...this.#living].filter(({ isReady }) => isReady);
    const states: WorkerState[] = [];
    const environments: object[] = [];
    for (const worker of ready.toSorted((a, b) => a.number - b.number)) {
      const facts = await worker.facts();
      if (facts === undefined) continue;
      const { number, pid, connections } = worker;
      const { counts, invocations } = facts;
      states.push({ worker: number, pid, connections, counts, invocations });
      for (const environment of facts.environments) environments.push({ ...environment, worker: number });
    }
    return { states, environments, accepted: this.#requests.accepted };
  }

  /** Ends all environments of workers and forgets everything that is stored. */
  async reset(): Promise<void> {
    this.#replica.clear();
    this.plain.clear();
    await Promise.all([...this.#living].map(async (worker) => await this.#reset(worker)));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#living].map(async (worker) => await worker.stop()));
    this.#door?.close();
  }

  async #prepare(): Promise<void> {
    const { store } = this.#parts;
    await this.#replica.open(store);
    this.#feed.publish(this.#replica.all());
    store.changes.waitFor(async () => {
      await Promise.all([...this.#living].map((worker) => worker.knowsChanges()));
    });
    this.#isPrepared = true;
  }

  async #reset(worker: WorkerProcess): Promise<void> {
    this.#requests.callIn(worker);
    await worker.ask({ kind: 'reset' });
  }

  /** Sees to it that there is a worker of this number, as long as there is to be. */
  async #keep(number: number): Promise<void> {
    this.#kept.add(number);
    for (let failures = 0; !this.#isStopping && number <= this.#wanted; ) {
      const worker = new WorkerProcess(number, {
        onMessage: (from, message) => this.#requests.hear(from, message),
        onConnection: (note, socket) => this.#takeBack(note, socket),
      });
      const how = await this.#live(worker);
      if (this.#isStopping) return;
      if (worker.isLeaving) continue;
      failures = performance.now() - worker.startedAtMs < SHORT_LIFE_MS ? failures + 1 : 0;
      this.#parts.log.warn(`Worker ${number} ${how}; another takes its place.`);
      if (failures > 1) await after(Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS));
    }
    this.#kept.delete(number);
  }

  /** From its start to its end. */
  async #live(worker: WorkerProcess): Promise<string> {
    const { clock, directory } = this.#parts;
    this.#living.add(worker);
    this.#requests.open(worker);
    if (this.#greeting !== undefined) {
      const changes = this.#replica.all();
      const { number } = worker;
      const own = { kind: 'greeting' as const, worker: number, directory, clock: clock.reading, changes };
      worker.greet({ ...this.#greeting, ...own }).catch((error: Error) => {
        this.#parts.warnings.add(`Worker ${worker.number} cannot start: ${error.message}`);
        worker.kill();
      });
    }
    const how = await worker.ended;
    this.#living.delete(worker);
    this.#requests.close(worker);
    return how;
  }

  #give(socket: Socket, read: Uint8Array | undefined): boolean {
    return !this.#isStopping && leastLaden(this.#living)?.pass(socket, read) === true;
  }

  #takeBack(note: SentBack, socket: Socket): void {
    if (note.kind === 'other') this.plain.settle(socket);
    const isForOthers = note.kind === 'returned' && this.#give(socket, note.isFresh ? undefined : note.bytes);
    if (!isForOthers) this.#onConnection(note, socket);
  }
}

/** Workers speak HTTP/1.1 only, and answer no functions' own hosts. */
function isMains({ hello }: BegunTls): boolean {
  return hello.offersHttp2 || isFunctionUrl(hello.serverName ?? '', '');
}
