import { array, assert, asyncProperty, constant, nat, oneof, record } from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ChangeFeed } from '../../store/change-feed.ts';
import { AccountConcurrency } from '../concurrency/account-concurrency.ts';
import type { ConcurrencyLease } from '../concurrency/concurrency-lease.ts';
import { Lender } from '../lending/lender.ts';
import { type Answer, type Member, report, type Report, type View } from './book.ts';
import type { Ledger } from './ledger.ts';
import { PlatformShares } from './platform-shares.ts';
import type { PoolAccount } from './settle-entry.ts';

const ACCOUNT_LIMIT = 12;
const PLATFORMS = 3;
/** Hundreds of histories, each of minutes of fake time: seconds, and many of them on a machine that is busy. */
const PATIENT = { timeout: 180_000 };
/** So long, all are certain of who is dead and who is not. */
const CERTAIN_MS = 25_000;
const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const RESERVED = arnOf('reserved');
const SHARED = [arnOf('one'), arnOf('two')];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

interface Platform {
  readonly name: string;
  readonly owner: string;
  readonly changes: ChangeFeed;
  readonly concurrency: AccountConcurrency;
  readonly lender: Lender;
  readonly shares: PlatformShares;
  readonly started: Promise<void>;
  isDead: boolean;
  /** Until then the database does not answer it. */
  cutOffUntilMs: number;
}

/** The database, and the ways of all platforms to it. */
class World {
  readonly members = new Map<string, Member>();
  readonly pools = new Map<string, PoolAccount>();
  readonly platforms: Platform[] = [];
  readonly running: { arn: string; platform: Platform; lease: ConcurrencyLease }[] = [];
  readonly delaysMs: readonly number[];
  readonly notices: string[] = [];
  petitionNumber = 0;
  started = 0;
  asked = 0;
  waiting = 0;
  tooMany = 0;
  /** Of the reserved function: the limit in force, and one that others have not heard of yet. */
  reserved = 4;
  coming: number | undefined;

  constructor(delaysMs: readonly number[]) {
    this.delaysMs = delaysMs;
  }

  async pass(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }

  /** One way to or from the database. */
  async travel(platform: () => Platform): Promise<void> {
    this.asked += 1;
    const delayMs = this.delaysMs[this.asked % this.delaysMs.length] ?? 0;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (platform().isDead) await new Promise(() => undefined);
    if (platform().cutOffUntilMs > Date.now()) throw new Error('cut off');
  }

  start(owner?: string): Platform {
    this.started += 1;
    const name = `run ${this.started}`;
    const me = { platform: name, owner: owner ?? name };
    const changes = new ChangeFeed();
    const concurrency = new AccountConcurrency(ACCOUNT_LIMIT);
    concurrency.follow(changes);
    const lender = new Lender(concurrency, Date);
    const shares = new PlatformShares({
      ledger: new MemoryLedger(this, me, () => platform),
      division: concurrency.division,
      clock: Date,
      callBack: async (scopes) => await lender.callBack(scopes),
      onNotice: (message) => this.notices.push(message),
    });
    lender.shareWith(shares);
    const more = { changes, concurrency, lender, shares, isDead: false, cutOffUntilMs: 0 };
    const started = Promise.withResolvers<void>();
    const platform: Platform = { name, owner: me.owner, started: started.promise, ...more };
    announce(platform, this.coming ?? this.reserved);
    this.platforms.push(platform);
    // Whoever starts it tries again.
    shares
      .start()
      .then(started.resolve, () => this.platforms.includes(platform) && this.kill(platform, true));
    return platform;
  }

  /** A new limit, which each platform hears of a little later. */
  reserve(limit: number): void {
    if (this.coming !== undefined) return;
    this.coming = limit;
    const unheard = new Set(this.platforms);
    for (const [index, platform] of this.platforms.entries())
      setTimeout(() => {
        announce(platform, limit);
        unheard.delete(platform);
        if (unheard.size > 0) return;
        this.reserved = limit;
        this.coming = undefined;
      }, 70 * index);
  }

  hasRoom(arn: string): boolean {
    const count = (arns: readonly string[]): number =>
      this.running.filter((each) => arns.includes(each.arn)).length;
    if (arn === RESERVED) return count([arn]) < Math.max(this.reserved, this.coming ?? 0);
    return count(SHARED) < ACCOUNT_LIMIT - Math.min(this.reserved, this.coming ?? Infinity);
  }

  async invoke(arn: string, platform: Platform, isRated = false): Promise<boolean | undefined> {
    await platform.started;
    this.waiting += 1;
    try {
      const version = { functionArn: arn, version: '$LATEST' };
      const lease = await platform.lender.acquire(version, Date.now(), isRated);
      if (platform.isDead) return undefined;
      if (!this.hasRoom(arn)) this.tooMany += 1;
      this.running.push({ arn, platform, lease });
      return true;
    } catch (error) {
      expect(error).toMatchObject({ status: 429 });
      return false;
    } finally {
      this.waiting -= 1;
    }
  }

  release(index: number): void {
    if (this.running.length > 0) this.running.splice(index % this.running.length, 1)[0]?.lease.release();
  }

  /** Nothing of it is left. Another one takes its place, of the same data directory or another one. */
  kill(platform: Platform, isSame: boolean): void {
    platform.isDead = true;
    const rest = this.running.filter((each) => each.platform !== platform);
    this.running.splice(0, this.running.length, ...rest);
    this.platforms.splice(this.platforms.indexOf(platform), 1);
    this.start(isSame ? platform.owner : undefined);
  }

  async stop(platform: Platform): Promise<void> {
    if (this.running.some((each) => each.platform === platform) || this.waiting > 0) return;
    this.platforms.splice(this.platforms.indexOf(platform), 1);
    void platform.shares.stop();
    await this.pass(1000);
    this.start();
  }

  /** None is out of touch for so long that others may take it for dead, or all are. */
  cutOff(platforms: readonly Platform[], ms: number): void {
    if (this.platforms.some(({ cutOffUntilMs }) => cutOffUntilMs > Date.now() - 4000)) return;
    for (const platform of platforms) platform.cutOffUntilMs = Date.now() + ms;
  }
}

function announce({ changes }: Platform, reservedConcurrency: number): void {
  const value = { nextVersion: 1, reservedConcurrency, recursiveLoop: undefined };
  changes.publish([{ kind: 'function-settings', key: RESERVED, value }]);
}

/** The accounts, in memory, by the rules of the real ones. */
class MemoryLedger implements Ledger {
  readonly #world: World;
  readonly #me: { readonly platform: string; readonly owner: string };
  readonly #of: () => Platform;

  constructor(world: World, me: { platform: string; owner: string }, of: () => Platform) {
    this.#world = world;
    this.#me = me;
    this.#of = of;
  }

  async look(): Promise<View> {
    await this.#world.travel(this.#of);
    return this.#view();
  }

  async report(said: Report): Promise<Answer> {
    const world = this.#world;
    await world.travel(this.#of);
    world.petitionNumber += 1;
    const { members, pools, petitionNumber } = world;
    const outcome = report({ nowMs: Date.now(), members, pools, petitionNumber }, this.#me, said);
    const answer = { ...this.#view(), ...outcome };
    await world.travel(this.#of);
    return answer;
  }

  async leave(): Promise<void> {
    const { members, pools } = this.#world;
    members.delete(this.#me.platform);
    for (const { holders } of pools.values()) holders.delete(this.#me.platform);
    await Promise.resolve();
  }

  #view(): View {
    const { members, pools } = this.#world;
    const me = this.#me.platform;
    const own = members.get(me);
    const petitions = [...pools].flatMap(([pool, { holders }]) =>
      [...holders].flatMap(([platform, { amount, petition }]) =>
        petition === undefined || platform === me ? [] : [{ ...petition, pool, platform, amount }],
      ),
    );
    const others = [...members.values()].filter(({ platform }) => platform !== me);
    return {
      isMember: own !== undefined,
      isAlone: own?.isAlone === true,
      nowMs: Date.now(),
      others,
      petitions,
    };
  }
}

const KINDS = {
  invoke: 12,
  release: 8,
  pass: 12,
  reserve: 1,
  kill: 1,
  stop: 1,
  cutOff: 1,
  outage: 1,
  quiet: 1,
};

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

async function act(world: World, { kind, at, what }: Step): Promise<void> {
  const arn = [RESERVED, ...SHARED][what] ?? RESERVED;
  const platform = world.platforms[at % world.platforms.length];
  if (platform === undefined) return;
  if (kind === 'invoke') void world.invoke(arn, platform);
  else if (kind === 'release') world.release(at);
  else if (kind === 'pass') await world.pass([1, 10, 60, 200, 700, 3000][at] ?? 1);
  else if (kind === 'reserve') world.reserve(at + what);
  else if (kind === 'kill') world.kill(platform, what === 0);
  else if (kind === 'stop') await world.stop(platform);
  else if (kind === 'cutOff') world.cutOff([platform], 1000 + at * 1400);
  else if (kind === 'outage') world.cutOff(world.platforms, 1000 + at * 4000);
  else await quiet(world, arn, at);
}

/** When nothing else goes on, whether there is room is certain. */
async function quiet(world: World, arn: string, at: number): Promise<void> {
  await world.pass(2 * CERTAIN_MS);
  const platform = world.platforms[at % world.platforms.length];
  if (platform === undefined) throw new Error('There is no platform.');
  const hasRoom = world.hasRoom(arn);
  const admitted = world.invoke(arn, platform);
  await world.pass(3000);
  expect(await admitted).toBe(hasRoom);
}

test('platforms together pass no limit, and refuse nothing in vain, in any history', PATIENT, async () => {
  await assert(
    asyncProperty(
      array(step, { minLength: 20, maxLength: 100 }),
      array(nat(40), { minLength: 1, maxLength: 7 }),
      async (steps, delaysMs) => {
        const world = new World(delaysMs);
        for (let count = 0; count < PLATFORMS; count += 1) world.start();
        for (const each of steps) await act(world, each);
        await world.pass(2 * CERTAIN_MS);
        expect(world).toMatchObject({ waiting: 0, tooMany: 0 });
        while (world.running.length > 0) world.release(0);
        for (const platform of world.platforms) {
          const admitted = Array.from(
            { length: world.reserved + 1 },
            async () => await world.invoke(RESERVED, platform),
          );
          await world.pass(3000);
          expect((await Promise.all(admitted)).filter((each) => each === true)).toHaveLength(world.reserved);
          while (world.running.length > 0) world.release(0);
        }
        for (const platform of world.platforms) platform.isDead = true;
      },
    ),
    { numRuns: 300 },
  );
});

test(
  'requests on all platforms together keep to the rate, and none is refused that it has room for',
  PATIENT,
  async () => {
    const bursts = record({ at: nat(2), requests: nat(30), pauseMs: nat(900) });
    await assert(
      asyncProperty(array(bursts, { minLength: 5, maxLength: 25 }), async (steps) => {
        const world = new World([1, 4, 9]);
        for (let count = 0; count < PLATFORMS; count += 1) world.start();
        await world.pass(CERTAIN_MS);
        const perSecond = 10 * world.reserved;
        let [left, atMs, admitted] = [perSecond, Date.now(), 0];
        const send = async (platform: Platform, requests: number): Promise<void> => {
          for (let count = 0; count < requests; count += 1) {
            if ((await world.invoke(RESERVED, platform, true)) !== true) continue;
            world.release(world.running.length - 1);
            left = Math.min(perSecond, left + ((Date.now() - atMs) * perSecond) / 1000) - 1;
            atMs = Date.now();
            admitted += 1;
            // What one allowance for all would have had.
            expect(left).toBeGreaterThan(-1e-6);
          }
        };
        for (const { at, requests, pauseMs } of steps) {
          const [platform] = world.platforms.slice(at);
          if (platform === undefined) continue;
          const sent = send(platform, requests);
          const over = new AbortController();
          void sent.finally(() => over.abort());
          await world.pass(pauseMs);
          while (!over.signal.aborted) await world.pass(100);
          await sent;
        }
        await world.pass(60_000);
        const [last] = world.platforms;
        if (last === undefined) return;
        admitted = 0;
        await Promise.all([send(last, perSecond), world.pass(10_000)]);
        expect(admitted).toBe(perSecond);
        for (const platform of world.platforms) platform.isDead = true;
      }),
      { numRuns: 50 },
    );
  },
);

test('a platform that the database does not answer says so once, and again after the next answer', async () => {
  const world = new World([1]);
  const platform = world.start();
  await world.pass(CERTAIN_MS);
  for (const outages of [1, 2]) {
    world.cutOff([platform], 6000);
    await world.pass(12_000);
    expect(world.notices).toHaveLength(outages);
  }
  expect(world.notices[0]).toContain('until the database answers again: Error: cut off');
  platform.isDead = true;
});
