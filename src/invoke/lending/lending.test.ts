import { array, assert, asyncProperty, constant, nat, oneof, record } from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ephemeralStore } from '../../../test/support/stored-functions.ts';
import { tooManyRequests } from '../../model/lambda-errors.ts';
import type { ServiceError } from '../../model/service-error.ts';
import type { Store } from '../../store/store.ts';
import { AccountConcurrency } from '../concurrency/account-concurrency.ts';
import type { ConcurrencyLease } from '../concurrency/concurrency-lease.ts';
import { Borrower } from './borrower.ts';
import { Lender } from './lender.ts';
import type { Loan } from './loan.ts';

const ACCOUNT_LIMIT = 12;
const BORROWERS = 3;
const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const RESERVED = arnOf('reserved');
const SHARED = [arnOf('one'), arnOf('two')];
const GONE = arnOf('gone');

let store: Store;

beforeAll(async () => {
  store = await ephemeralStore();
});

afterAll(async () => {
  await store.close();
});

/** One process that borrows, with messages on their way in both directions. */
interface Process {
  readonly borrower: Borrower;
  readonly loan: Loan;
  readonly toLender: (() => void)[];
  readonly toBorrower: (() => void)[];
  isDead: boolean;
  /** Of the reserved function, on their way to it. */
  removals: number;
}

/** A lender, borrowers and what runs: the model that admissions are held against. */
class World {
  readonly concurrency = new AccountConcurrency(ACCOUNT_LIMIT);
  /** Far enough on with every step that no request is one too many. */
  nowMs = 1_800_000_000_000;
  readonly lender = new Lender(this.concurrency, { now: () => this.nowMs });
  readonly processes: Process[] = [];
  readonly running: {
    arn: string;
    readonly process: Process | undefined;
    readonly lease: ConcurrencyLease;
  }[] = [];
  waiting = 0;
  refused = 0;
  /** Admissions that passed a limit. */
  tooMany = 0;
  /** Of the reserved function: the limit in force, and one that is on its way to the borrowers. */
  reserved = 4;
  coming: number | undefined;
  readonly unheard = new Set<Process>();

  async open(): Promise<void> {
    await this.concurrency.open(store);
    this.lender.follow(store.changes);
    this.announce(this.reserved);
    for (let count = 0; count < BORROWERS; count += 1) this.start();
  }

  start(): void {
    const toLender: (() => void)[] = [];
    const toBorrower: (() => void)[] = [];
    const loan = this.lender.join({
      grant: (grant) => toBorrower.push(() => borrower.granted(grant)),
      recall: (recall) => toBorrower.push(() => borrower.recall(recall)),
    });
    const borrower = new Borrower({
      need: (need) => toLender.push(() => this.lender.need(loan, need)),
      returned: (returned) => toLender.push(() => this.lender.returned(loan, returned)),
      removed: (arn) => toLender.push(() => this.lender.removed(loan, arn)),
      recalled: (round) => toLender.push(() => this.lender.recalled(loan, round)),
    });
    this.processes.push({ borrower, loan, toLender, toBorrower, isDead: false, removals: 0 });
  }

  announce(reservedConcurrency: number): void {
    const value = { nextVersion: 1, reservedConcurrency, recursiveLoop: undefined };
    store.changes.publish([{ kind: 'function-settings', key: RESERVED, value }]);
  }

  /** A new limit: here at once, at the borrowers when they get the message. In force when all have it. */
  reserve(limit: number): void {
    if (this.coming !== undefined) return;
    this.coming = limit;
    this.announce(limit);
    for (const process of this.processes) {
      this.unheard.add(process);
      process.toBorrower.push(() => {
        process.borrower.surrender(RESERVED);
        this.heard(process);
      });
    }
  }

  /**
   * The reserved function is deleted and made again, whatever is on its way: what runs for the old one is the account's, and
   * so is what begins where nobody has heard of it.
   */
  async replace(): Promise<void> {
    if (this.coming !== undefined) return;
    await this.turn();
    for (const each of this.running) if (each.arn === RESERVED) each.arn = GONE;
    store.changes.publish([{ kind: 'function-settings', key: RESERVED }]);
    this.announce(this.reserved);
    for (const process of this.processes) {
      process.removals += 1;
      process.toBorrower.push(() => {
        process.removals -= 1;
        process.borrower.surrender(RESERVED);
        process.borrower.remove(RESERVED);
      });
    }
  }

  heard(process: Process): void {
    this.unheard.delete(process);
    if (this.unheard.size > 0 || this.coming === undefined) return;
    this.reserved = this.coming;
    this.coming = undefined;
  }

  count(arns: readonly string[]): number {
    return this.running.filter(({ arn }) => arns.includes(arn)).length;
  }

  hasRoom(arn: string): boolean {
    if (arn === RESERVED) return this.count([arn]) < Math.max(this.reserved, this.coming ?? 0);
    return this.count([...SHARED, GONE]) < ACCOUNT_LIMIT - Math.min(this.reserved, this.coming ?? Infinity);
  }

  async invoke(arn: string, process: Process | undefined): Promise<boolean | undefined> {
    const take = process === undefined ? this.lender : process.borrower;
    this.waiting += 1;
    try {
      const lease = await take.acquire({ functionArn: arn, version: '$LATEST' }, this.nowMs, false);
      if (process?.isDead === true) return undefined;
      // It was lent before the function was replaced; the lender counts it as what it is since.
      const wasLentBefore = (process?.removals ?? 0) > 0;
      if (!wasLentBefore && !this.hasRoom(arn)) this.tooMany += 1;
      this.running.push({ arn: wasLentBefore && arn === RESERVED ? GONE : arn, process, lease });
      return true;
    } catch (error) {
      if (arn !== RESERVED || (error as ServiceError).status !== 404)
        expect(error).toMatchObject({
          status: 429,
          members: { Reason: expect.stringContaining('Exceeded') },
        });
      this.refused += 1;
      return false;
    } finally {
      this.waiting -= 1;
    }
  }

  release(index: number): void {
    if (this.running.length > 0) this.running.splice(index % this.running.length, 1)[0]?.lease.release();
  }

  async deliver(queue: (() => void)[] | undefined): Promise<void> {
    queue?.shift()?.();
    await Promise.resolve();
  }

  /** Who has got a unit says so. */
  async turn(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }

  async drain(): Promise<void> {
    for (;;) {
      await this.turn();
      const queues = this.processes.flatMap(({ toLender, toBorrower }) => [toLender, toBorrower]);
      const full = queues.filter((queue) => queue.length > 0);
      if (full.length === 0) return;
      for (const queue of full) await this.deliver(queue);
    }
  }

  /** Its environments have been ended when the lender hears of it. */
  crash(process: Process): void {
    process.isDead = true;
    process.borrower.clear(tooManyRequests('ConcurrentInvocationLimitExceeded'));
    for (let index = this.running.length - 1; index >= 0; index -= 1)
      if (this.running[index]?.process === process) this.running.splice(index, 1);
    this.processes.splice(this.processes.indexOf(process), 1);
    this.heard(process);
    this.lender.leave(process.loan);
    this.start();
  }
}

const KINDS = { invoke: 6, release: 4, deliver: 8, tidy: 1, reserve: 1, crash: 1, replace: 1, quiet: 2 };

const step = oneof(
  ...Object.entries(KINDS).map(([kind, weight]) => ({
    weight,
    arbitrary: record({ kind: constant(kind), at: nat(kind === 'release' ? 30 : 5), what: nat(2) }),
  })),
);

interface Step {
  readonly kind: string;
  readonly at: number;
  readonly what: number;
}

async function act(world: World, { kind, at, what }: Step) {
  const arn = [RESERVED, ...SHARED][what] ?? RESERVED;
  const process = world.processes[at];
  if (kind === 'invoke') void world.invoke(arn, process);
  else if (kind === 'release') world.release(at);
  else if (kind === 'tidy') process?.borrower.tidy();
  else if (kind === 'reserve') world.reserve(at + what);
  else if (kind === 'replace') await world.replace();
  else if (kind === 'crash' && process !== undefined) world.crash(process);
  else if (kind === 'deliver') {
    const { toLender, toBorrower } = world.processes[at % BORROWERS] ?? {};
    await world.deliver(at < BORROWERS ? toLender : toBorrower);
  } else if (kind === 'quiet') {
    await world.drain();
    const hasRoom = world.hasRoom(arn);
    const admitted = world.invoke(arn, process);
    await world.drain();
    // Nothing else goes on: whether there is room is certain.
    expect(await admitted).toBe(hasRoom);
  }
}

test('no limit is passed, nobody is refused in vain, and everything comes back, in any history of several processes', async () => {
  await assert(
    asyncProperty(array(step, { minLength: 20, maxLength: 120 }), async (steps) => {
      const world = new World();
      await world.open();
      for (const each of steps) {
        world.nowMs += 1000;
        await act(world, each);
      }
      await world.drain();
      expect(world).toMatchObject({ waiting: 0, tooMany: 0 });
      while (world.running.length > 0) world.release(0);
      for (let times = 0; times < 3; times += 1) {
        for (const { borrower } of world.processes) borrower.tidy();
        await world.drain();
      }
      expect(world.concurrency.room(RESERVED, world.nowMs).units).toBe(world.reserved);
      expect(world.concurrency.room(SHARED[0] ?? '', world.nowMs).units).toBe(ACCOUNT_LIMIT - world.reserved);
    }),
    { numRuns: 300 },
  );
});

test('a limit that is lowered holds for units that wait for requests, too', async () => {
  await assert(
    asyncProperty(array(step, { minLength: 60, maxLength: 200 }), nat(20), async (steps, paceMs) => {
      const world = new World();
      await world.open();
      for (const each of steps) {
        world.nowMs += paceMs;
        if (each.kind === 'quiet') await world.drain();
        else await act(world, each);
        // As many as there are in a second, soon.
        if (each.kind === 'invoke')
          for (let more = 0; more < 5; more += 1) void world.invoke(RESERVED, world.processes[each.at]);
      }
      await world.drain();
      expect(world).toMatchObject({ waiting: 0, tooMany: 0 });
    }),
    { numRuns: 100 },
  );
});
