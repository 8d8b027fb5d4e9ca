import type { CodeDirectories } from '../../environment/code-directory.ts';
import type { AccountConcurrency } from '../../invoke/concurrency/account-concurrency.ts';
import type { Loan } from '../../invoke/lending/loan.ts';
import type { Lender } from '../../invoke/lending/lender.ts';
import type { MovableClock } from '../../model/clock.ts';
import type { ThrottleReason } from '../../model/lambda-errors.ts';
import type { FunctionLogSink } from '../../services/logs/function-log-sink.ts';
import type { Store } from '../../store/store.ts';
import type { TraceDoor } from '../../model/trace-sink.ts';
import type { Warnings } from '../warnings.ts';
import { LogIntake } from './log-intake.ts';
import type { StartsAnswer } from './starts.ts';
import type { ToMain } from './worker-messages.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface WorkerRequestsParts {
  readonly clock: MovableClock;
  readonly lender: Lender;
  readonly concurrency: Pick<AccountConcurrency, 'takeStart' | 'returnStart'>;
  readonly code: Pick<CodeDirectories, 'prepare' | 'prepareLayers'>;
  readonly logs: FunctionLogSink;
  readonly traces: TraceDoor;
  readonly warnings: Warnings;
  readonly store: Pick<Store, 'others'>;
}

/** What workers ask of the main process, and tell it. */
export class WorkerRequests {
  readonly #parts: WorkerRequestsParts;
  readonly #intakes = new Map<WorkerProcess, LogIntake>();
  /** By workers that are gone. */
  #acceptedBefore = 0;

  constructor(parts: WorkerRequestsParts) {
    this.#parts = parts;
  }

  /** Invocations that workers have accepted since the start, as far as they have said so. */
  get accepted(): number {
    return [...this.#intakes.keys()].reduce((sum, { accepted }) => sum + accepted, this.#acceptedBefore);
  }

  /** A worker that has begun. */
  open(worker: WorkerProcess): void {
    this.#intakes.set(worker, new LogIntake(this.#parts.logs));
    this.lend(worker);
  }

  /** One of which nothing is left. */
  close(worker: WorkerProcess): void {
    this.#intakes.get(worker)?.close();
    this.#acceptedBefore += worker.accepted;
    this.#intakes.delete(worker);
    this.callIn(worker);
  }

  lend(worker: WorkerProcess): void {
    worker.loan = this.#parts.lender.join({
      grant: (grant) => worker.tell({ kind: 'grant', grant }),
      recall: (recall) => worker.tell({ kind: 'recall', recall }),
    });
  }

  /** What it says of its loan from now on is about nothing. */
  callIn(worker: WorkerProcess): void {
    const { loan } = worker;
    worker.loan = undefined;
    if (loan !== undefined) this.#parts.lender.leave(loan);
  }

  /** @returns the answer, for what is a question */
  hear(worker: WorkerProcess, message: ToMain): unknown {
    const { warnings, code } = this.#parts;
    switch (message.kind) {
      case 'need':
      case 'returned':
      case 'removed':
      case 'recalled':
        return worker.loan && this.#hearOf(worker.loan, message);
      case 'emptied':
        // Of two resets at once each calls in what came between them.
        this.callIn(worker);
        return this.lend(worker);
      case 'starts':
        return this.#takeStarts(message.functionArn, message.wanted);
      case 'starts-returned':
        return this.#returnStarts(message.functionArn, message.count);
      case 'logs':
        this.#intakes.get(worker)?.take(message.batches);
        return this.#parts.logs.room();
      case 'segments':
        return message.deliveries.forEach((delivery) => this.#parts.traces.put(delivery));
      case 'sampling':
        return this.#parts.traces.sampling(message.question);
      case 'closed':
        return worker.closed(message.connections);
      case 'catch-up':
        // What it brings is told to workers before this is answered.
        return this.#parts.store.others?.catchUp();
      case 'warning':
        return warnings.add(message.message);
      case 'code': {
        const [only = ''] = message.sha256s;
        return message.areLayers ? code.prepareLayers(message.sha256s) : code.prepare(only);
      }
    }
  }

  #hearOf(
    loan: Loan,
    message: Extract<ToMain, { kind: 'need' | 'returned' | 'removed' | 'recalled' }>,
  ): void {
    const { lender } = this.#parts;
    if (message.kind === 'need') lender.need(loan, message.need);
    else if (message.kind === 'returned') lender.returned(loan, message.returned);
    else if (message.kind === 'removed') lender.removed(loan, message.functionArn);
    else lender.recalled(loan, message.round);
  }

  #returnStarts(functionArn: string, count: number): void {
    for (let left = count; left > 0; left -= 1) this.#parts.concurrency.returnStart(functionArn);
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
