import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { BegunTls } from '../../aws/listener-options.ts';
import type { CodeDirectories } from '../../environment/code-directory.ts';
import type { AccountConcurrency } from '../../invoke/concurrency/account-concurrency.ts';
import type { Lender } from '../../invoke/lending/lender.ts';
import type { MovableClock } from '../../model/clock.ts';
import type { ThrottleReason } from '../../model/lambda-errors.ts';
import type { LogSink } from '../../model/log-sink.ts';
import type { Store } from '../../store/store.ts';
import type { PlatformLog } from '../../telemetry/platform-log.ts';
import type { Warnings } from '../warnings.ts';
import { isFunctionUrl } from '../../front-doors/function-urls/url-address.ts';
import { LogIntake } from './log-intake.ts';
import { RelayDoor } from './relay-door.ts';
import { Replica } from './replica.ts';
import type { StartsAnswer } from './starts.ts';
import type { Greeting, ReturnedConnection, ToMain, WorkerFacts } from './worker-messages.ts';
import { WorkerProcess } from './worker-process.ts';

/** A worker that ends sooner than this is started again later and later. */
const SHORT_LIFE_MS = 10_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

export interface WorkersParts {
  readonly count: number;
  readonly clock: MovableClock;
  readonly lender: Lender;
  readonly concurrency: Pick<AccountConcurrency, 'takeStart' | 'returnStart'>;
  readonly code: Pick<CodeDirectories, 'prepare' | 'prepareLayers'>;
  readonly logs: LogSink;
  readonly log: PlatformLog;
  readonly warnings: Warnings;
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

/** The processes that invokes are shared out to: started, told everything they need to know, and replaced when they end. */
export class Workers {
  readonly #parts: WorkersParts;
  readonly #replica = new Replica((change) => {
    for (const worker of this.#living) worker.change({ kind: 'changes', changes: [change] });
  });
  readonly #living = new Set<WorkerProcess>();
  readonly #intakes = new Map<WorkerProcess, LogIntake>();
  #greeting: (GreetingParts & Pick<Greeting, 'relay'>) | undefined;
  #door: RelayDoor | undefined;
  #onConnection: (note: ReturnedConnection, socket: Socket) => void = (_note, socket) => socket.destroy();
  #isStopping = false;

  constructor(parts: WorkersParts) {
    this.#parts = parts;
    // Left by a platform that was killed.
    rmSync(join(parts.directory, 'workers'), { recursive: true, force: true });
  }

  async open(store: Store): Promise<void> {
    await this.#replica.open(store);
    store.changes.waitFor(async () => {
      await Promise.all([...this.#living].map((worker) => worker.knowsChanges()));
    });
  }

  /** Resolves when all clocks stand like this process's. */
  async shareClock(): Promise<void> {
    const message = { kind: 'clock' as const, clock: this.#parts.clock.reading };
    await Promise.all([...this.#living].map((worker) => worker.ask(message)));
  }

  /**
   * Starts the workers; until they serve, the main process does.
   * @param onConnection takes connections that come back
   */
  async begin(
    greeting: GreetingParts,
    onConnection: (note: ReturnedConnection, socket: Socket) => void,
  ): Promise<void> {
    this.#onConnection = onConnection;
    if (greeting.tls !== undefined) {
      this.#door = await RelayDoor.open(tmpdir(), (socket, bytes) =>
        onConnection({ kind: 'decrypted', bytes }, socket),
      );
    }
    this.#greeting = { ...greeting, relay: this.#door?.way };
    for (let number = 1; number <= this.#parts.count; number += 1) void this.#keep(number);
  }

  /** Gives a new connection to the worker that has fewest. False: none serves, or it would have to bring its bytes back. */
  pass(socket: Socket, begun: BegunTls | undefined): boolean {
    if (this.#isStopping || (begun !== undefined && isMains(begun))) return false;
    let chosen: WorkerProcess | undefined;
    for (const worker of this.#living) {
      if (worker.isReady && (chosen === undefined || worker.connections < chosen.connections))
        chosen = worker;
    }
    return chosen?.pass(socket, begun?.bytes) === true;
  }

  async facts(): Promise<{ states: WorkerState[]; environments: object[] }> {
    const ready = [...this.#living].filter(({ isReady }) => isReady);
    const states: WorkerState[] = [];
    const environments: object[] = [];
    for (const worker of ready.toSorted((a, b) => a.number - b.number)) {
      const facts = (await worker.ask({ kind: 'facts' })) as WorkerFacts | undefined;
      if (facts === undefined) continue;
      const { number, pid, connections } = worker;
      const { counts, invocations } = facts;
      states.push({ worker: number, pid, connections, counts, invocations });
      for (const environment of facts.environments) environments.push({ ...environment, worker: number });
    }
    return { states, environments };
  }

  /** Ends all environments of workers and forgets everything that is stored. */
  async reset(): Promise<void> {
    this.#replica.clear();
    await Promise.all([...this.#living].map(async (worker) => await this.#reset(worker)));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#living].map(async (worker) => await worker.stop()));
    this.#door?.close();
  }

  async #reset(worker: WorkerProcess): Promise<void> {
    const { loan } = worker;
    // What it says of its loan until it has heard of this is about nothing.
    worker.loan = undefined;
    if (loan !== undefined) this.#parts.lender.leave(loan);
    await worker.ask({ kind: 'reset' });
    if (loan !== undefined) this.#lend(worker);
  }

  /** Sees to it that there is a worker of this number, always. */
  async #keep(number: number): Promise<void> {
    for (let failures = 0; !this.#isStopping; ) {
      const worker = new WorkerProcess(number, {
        onMessage: (from, message) => this.#onMessage(from, message),
        onConnection: (note, socket) => this.#onConnection(note, socket),
      });
      const how = await this.#live(worker);
      if (this.#isStopping) return;
      failures = performance.now() - worker.startedAtMs < SHORT_LIFE_MS ? failures + 1 : 0;
      this.#parts.log.warn(`Worker ${number} ${how}; another takes its place.`);
      if (failures > 1) await after(Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS));
    }
  }

  /** From its start to its end. */
  async #live(worker: WorkerProcess): Promise<string> {
    const { clock, directory, lender, logs } = this.#parts;
    const intake = new LogIntake(logs);
    this.#intakes.set(worker, intake);
    this.#living.add(worker);
    if (this.#greeting !== undefined) {
      const changes = this.#replica.all();
      const own = {
        kind: 'greeting' as const,
        worker: worker.number,
        directory,
        clock: clock.reading,
        changes,
      };
      this.#lend(worker);
      worker.greet({ ...this.#greeting, ...own }).catch((error: Error) => {
        this.#parts.warnings.add(`Worker ${worker.number} cannot start: ${error.message}`);
        worker.kill();
      });
    }
    const how = await worker.ended;
    this.#living.delete(worker);
    this.#intakes.delete(worker);
    intake.close();
    if (worker.loan !== undefined) lender.leave(worker.loan);
    return how;
  }

  #lend(worker: WorkerProcess): void {
    worker.loan = this.#parts.lender.join({
      grant: (grant) => worker.tell({ kind: 'grant', grant }),
      recall: (recall) => worker.tell({ kind: 'recall', recall }),
    });
  }

  /** @returns the answer, for what is a question */
  #onMessage(worker: WorkerProcess, message: ToMain): unknown {
    const { lender, concurrency, warnings, code } = this.#parts;
    const { loan } = worker;
    switch (message.kind) {
      case 'need':
        return loan && lender.need(loan, message.need);
      case 'returned':
        return loan && lender.returned(loan, message.returned);
      case 'recalled':
        return loan && lender.recalled(loan, message.round);
      case 'starts':
        return this.#takeStarts(message.functionArn, message.wanted);
      case 'starts-returned':
        for (let left = message.count; left > 0; left -= 1) concurrency.returnStart(message.functionArn);
        return undefined;
      case 'logs':
        return this.#intakes.get(worker)?.take(message.batches);
      case 'closed':
        worker.connections -= message.connections;
        return undefined;
      case 'warning':
        return warnings.add(message.message);
      case 'code': {
        const [only = ''] = message.sha256s;
        return message.areLayers ? code.prepareLayers(message.sha256s) : code.prepare(only);
      }
    }
  }

  #takeStarts(functionArn: string, wanted: number): StartsAnswer {
    const { concurrency, clock } = this.#parts;
    for (let allowed = 0; allowed < wanted; allowed += 1) {
      const refusal = concurrency.takeStart(functionArn, clock.now());
      if (refusal !== undefined)
        return { allowed, refusal: String(refusal.members['Reason']) as ThrottleReason };
    }
    return { allowed: wanted, refusal: undefined };
  }
}

/** Workers speak HTTP/1.1 only, and answer no functions' own hosts. */
function isMains({ hello }: BegunTls): boolean {
  return hello.offersHttp2 || isFunctionUrl(hello.serverName ?? '', '');
}
