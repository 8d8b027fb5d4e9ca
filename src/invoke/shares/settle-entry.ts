/** Who petitioned and was not heard from again keeps nobody from anything after so long. */
const PETITION_MS = 3_000;
const SECOND_MS = 1_000;

/** What one platform has of a pool. */
export interface Holder {
  readonly amount: number;
  /** It waits for more. */
  readonly petition: { readonly number: number; readonly wanted: number; readonly atMs: number } | undefined;
}

export interface PoolAccount {
  /** Of a rate: what is unspent of the part that nobody holds, at a time. Undefined: all of it. */
  readonly fresh: number | undefined;
  readonly atMs: number;
  /** By platform. */
  readonly holders: Map<string, Holder>;
}

/** What a platform says of one pool: what it keeps, and what it wants. */
export interface Entry {
  readonly pool: string;
  readonly isRate: boolean;
  readonly limit: number;
  /** It uses no more than that until it is answered. */
  readonly keep: number;
  /** Of a rate: what is unspent of what it gives back. */
  readonly fresh: number;
  readonly want: number;
  /** Everybody has been asked: there is nothing to wait for. */
  readonly isLast: boolean;
}

export interface Granted {
  readonly pool: string;
  /** What the platform may use from now on. */
  readonly amount: number;
  /** Of a rate: what is unspent of what came with it. */
  readonly fresh: number;
  /** All together hold more than the limit, which was lowered. */
  readonly isOver: boolean;
  /** The number of its petition, when it did not get what it wanted. */
  readonly petition: number | undefined;
}

export interface Place {
  readonly me: string;
  readonly nowMs: number;
  readonly petitionNumber: number;
  readonly platforms: number;
  /** Somebody is still using what it likes. */
  readonly isBlocked: boolean;
}

/** Never gives out more than the limit leaves. */
export function settleEntry(
  account: PoolAccount,
  entry: Entry,
  place: Place,
): { readonly after: PoolAccount; readonly granted: Granted } {
  const { me, nowMs } = place;
  const { pool, limit, keep, want } = entry;
  const mine = account.holders.get(me);
  const others = [...account.holders].flatMap(([platform, holder]) => (platform === me ? [] : [holder]));
  const elsewhere = others.reduce((sum, { amount }) => sum + amount, 0);
  const free = Math.max(0, limit - elsewhere - keep);
  const unspent = Math.min(free, unspentNow(account, entry, limit - elsewhere - (mine?.amount ?? 0), nowMs));
  const number = mine?.petition?.number ?? place.petitionNumber;
  const usable = place.isBlocked ? 0 : Math.floor(unspent);
  const got = share(others, entry, usable, number, place);
  const amount = keep + got;
  const isShort = got < want && !entry.isLast;
  const petition = isShort ? { number, wanted: want - got, atMs: mine?.petition?.atMs ?? nowMs } : undefined;
  const holders = new Map(account.holders);
  if (amount > 0 || petition !== undefined) holders.set(me, { amount, petition });
  else holders.delete(me);
  const fresh = entry.isRate ? unspent - got : undefined;
  return {
    after: { fresh, atMs: nowMs, holders },
    granted: { pool, amount, fresh: got, isOver: elsewhere + amount > limit, petition: petition?.number },
  };
}

/** A rate's part that nobody holds is refilled like any other; what is given back brings along what is left of it. */
function unspentNow(
  { fresh, atMs }: PoolAccount,
  entry: Pick<Entry, 'isRate' | 'fresh'>,
  freeBefore: number,
  nowMs: number,
): number {
  if (!entry.isRate) return Infinity;
  const before = Math.max(0, freeBefore);
  const refilled = (fresh ?? before) + (before * Math.max(0, nowMs - atMs)) / SECOND_MS;
  return Math.min(before, refilled) + entry.fresh;
}

/** What is free goes to who asked first, except that nobody is kept from an even share. */
function share(
  others: readonly Holder[],
  { limit, keep, want }: Entry,
  usable: number,
  number: number,
  { nowMs, platforms }: Place,
): number {
  const waiting = others.filter(
    ({ petition }) => petition !== undefined && nowMs - petition.atMs < PETITION_MS,
  );
  const even = limit / (1 + others.length);
  let promised = 0;
  for (const { amount, petition } of waiting) {
    if (petition === undefined || petition.number > number) continue;
    promised += Math.max(0, Math.min(petition.wanted, Math.ceil(even) - amount));
  }
  const due = Math.min(usable, Math.max(0, Math.floor(even) - keep));
  const got = Math.min(want, Math.max(usable - promised, due, 0));
  // Nobody has to ask for each one by itself.
  const isPlenty = want > 0 && got === want && waiting.length === 0;
  return got + (isPlenty ? Math.floor((usable - got) / (2 * platforms)) : 0);
}

/** What a platform keeps of what it uses when another one that has less wants more. */
export function keepsBeside(limit: number, contenders: number, used: number, wanted: number): number {
  return Math.min(used, Math.max(used - wanted, Math.floor(limit / contenders)));
}
