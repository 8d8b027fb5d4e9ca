import { type Entry, type Granted, type PoolAccount, settleEntry } from './settle-entry.ts';

/** A platform that says nothing for so long may be dead: by the database's clock, from its last word. */
export const LEASE_MS = 10_000;
/** And for so long after that, it is taken for dead; for so long, by one that has only just come. */
export const MARGIN_MS = 2_000;
export const LONG_DEAD_MS = 30_000;
/** One that has spoken so lately is waited for. */
const FRESH_MS = 3_000;

/** A platform that shares. */
export interface Member {
  /** One run of it. */
  readonly platform: string;
  /** The same at every start. */
  readonly owner: string;
  readonly untilMs: number;
  /** It uses what it likes, and has nothing in the accounts. */
  readonly isAlone: boolean;
  /** It has given back what it did not use for all petitions up to this number. */
  readonly answered: number;
}

/** Somebody who would have to refuse invocations, and asks all others to give back what they do not use. */
export interface Petition {
  readonly number: number;
  readonly pool: string;
  readonly platform: string;
  /** What it holds, and what it wants beside. */
  readonly amount: number;
  readonly wanted: number;
}

/** What one platform has to say. */
export interface Report {
  /** It is new, or has been taken for dead. */
  readonly joins: boolean;
  /** It wishes to be, or is, alone. */
  readonly isAlone: boolean;
  readonly answered: number;
  /** Others whose lease has run out for so long are dead: it has been in touch for long enough to know. */
  readonly deadAfterMs: number;
  readonly entries: readonly Entry[];
}

/** What a platform knows of the others. */
export interface View {
  /** False: it has been taken for dead, and holds nothing. */
  readonly isMember: boolean;
  readonly isAlone: boolean;
  readonly nowMs: number;
  readonly others: readonly Member[];
  readonly petitions: readonly Petition[];
}

export interface Answer extends View {
  readonly granted: readonly Granted[];
}

/** The accounts of all platforms, or what a report needs of them. */
export interface Book {
  /** By the database's clock. */
  readonly nowMs: number;
  readonly members: Map<string, Member>;
  readonly pools: Map<string, PoolAccount>;
  /** Higher than all before. */
  readonly petitionNumber: number;
}

/** What has become of a report. The book is changed. */
export interface Outcome {
  readonly isMember: boolean;
  readonly isAlone: boolean;
  readonly granted: readonly Granted[];
  /** Platforms that are gone, with all they held. */
  readonly removed: readonly string[];
  /** All accounts are void. */
  readonly isCleared: boolean;
}

export function report(book: Book, me: { platform: string; owner: string }, said: Report): Outcome {
  const { members, nowMs } = book;
  const removed = [...members.values()].filter((member) => isGone(member, me, said, nowMs));
  for (const { platform } of removed) remove(book, platform);
  const outcome = { removed: removed.map(({ platform }) => platform), isCleared: false, granted: [] };
  const before = members.get(me.platform);
  if (before === undefined && !said.joins) return { ...outcome, isMember: false, isAlone: false };
  const hasOthers = [...members.keys()].some((platform) => platform !== me.platform);
  // Who is alone goes on so until it has said what it holds; who is not can be when nobody else is there.
  const isAlone = (said.joins || said.isAlone) && (before?.isAlone === true || !hasOthers);
  const untilMs = nowMs + LEASE_MS;
  members.set(me.platform, { ...me, untilMs, isAlone, answered: said.answered });
  if (isAlone) {
    book.pools.clear();
    return { ...outcome, isMember: true, isAlone, isCleared: before?.isAlone !== true };
  }
  return { ...outcome, isMember: true, isAlone, granted: settle(book, me.platform, said.entries) };
}

function settle(book: Book, me: string, entries: readonly Entry[]): Granted[] {
  const { members, nowMs, petitionNumber } = book;
  const isBlocked = [...members.values()].some(({ platform, isAlone }) => isAlone && platform !== me);
  return entries.map((entry) => {
    const account = book.pools.get(entry.pool) ?? { fresh: undefined, atMs: nowMs, holders: new Map() };
    const place = { me, nowMs, petitionNumber, platforms: members.size, isBlocked };
    const { after, granted } = settleEntry(account, entry, place);
    book.pools.set(entry.pool, after);
    return granted;
  });
}

/** An earlier run of the same platform is gone for certain: only one has its data directory. */
function isGone(
  { platform, owner, untilMs }: Member,
  me: { platform: string; owner: string },
  said: Report,
  nowMs: number,
): boolean {
  if (platform === me.platform) return false;
  return (said.joins && owner === me.owner) || untilMs + said.deadAfterMs < nowMs;
}

/** What it has spent of a rate, nobody knows: nothing is left of that, and it is refilled from now on. */
function remove({ members, pools, nowMs }: Book, platform: string): void {
  members.delete(platform);
  for (const [pool, { holders }] of pools)
    if (holders.delete(platform)) pools.set(pool, { fresh: 0, atMs: nowMs, holders });
}

/** Everybody who can be expected to has answered the petition. */
export function isAnswered({ others, nowMs }: View, number: number): boolean {
  return others.every(({ answered, untilMs }) => answered >= number || untilMs - LEASE_MS + FRESH_MS < nowMs);
}

/** Something to be taken for dead. */
export function hasLapsed({ others, nowMs }: View): boolean {
  return others.some(({ untilMs }) => untilMs + MARGIN_MS < nowMs);
}
