import { describeRecord, queueArn } from './sinks.ts';
import { type Chance, randomSpans, type Span, spanAt } from './chance.ts';
import { followEvent } from './event-rules.ts';
import type { SimulatedFunction, SimulatedFunctions } from './functions.ts';
import type { Ledger } from './ledger.ts';
import { ACCOUNT } from '../support/request-context.ts';
import type { World } from './world.ts';

/** Where records go. */
const PLACES = ['queue', 'topic', 'bus', 'function', undefined] as const;
const AGES_SECONDS = [60, 61, 90, 180, 3600, 21_600] as const;
const HOUR_MS = 3_600_000;

/** A function whose events are followed to their end. */
interface Followed {
  readonly it: SimulatedFunction;
  readonly onSuccess: (typeof PLACES)[number];
  readonly onFailure: (typeof PLACES)[number];
  readonly deadLetters: 'queue' | 'topic' | undefined;
}

/** Random functions, and the books about their events. */
export class FunctionTraffic {
  readonly followed: readonly Followed[];
  readonly #accepted: { name: string; token: string; atMs: number }[] = [];
  readonly #chance: Chance;

  constructor(chance: Chance, fromMs: number, untilMs: number) {
    this.#chance = chance;
    this.followed = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
      it: {
        name,
        failureRate: chance.pick([0, 0.3, 0.7, 1]),
        busy: chance.is(0.4) ? randomSpans(chance, fromMs, untilMs, 2 * HOUR_MS) : [],
        broken: chance.is(0.4) ? randomSpans(chance, fromMs, untilMs, 2 * HOUR_MS) : [],
        maximumRetryAttempts: chance.below(3),
        maximumEventAgeMs: chance.pick(AGES_SECONDS) * 1000,
        isOff: chance.is(0.1),
      },
      onSuccess: chance.pick(PLACES),
      onFailure: chance.pick(PLACES),
      deadLetters: chance.pick(['queue', 'topic', undefined]),
    }));
  }

  async configure(world: World): Promise<void> {
    for (const { it, onSuccess, onFailure } of this.followed) {
      await world.configure(it.name, {
        maximumRetryAttempts: it.maximumRetryAttempts,
        maximumEventAgeSeconds: it.maximumEventAgeMs / 1000,
        ...(onSuccess !== undefined && { onSuccess: placeArn(onSuccess) }),
        ...(onFailure !== undefined && { onFailure: placeArn(onFailure) }),
        lastModifiedMs: 0,
      });
    }
  }

  deadLetterTarget(name: string): string | undefined {
    const target = this.followed.find(({ it }) => it.name === name)?.deadLetters;
    if (target === undefined) return undefined;
    return target === 'queue' ? queueArn('dead-queue') : topicArn('dead');
  }

  async step(world: World, token: string): Promise<void> {
    const name = this.#chance.pick(['a', 'b', 'c', 'd', 'e']);
    await world.invoke(name, `{"token":"${token}"}`);
  }

  note(name: string, token: string, atMs: number): void {
    this.#accepted.push({ name, token, atMs });
  }

  /** Once everything has come to its end. @returns runs that were not as they should be */
  settle(functions: SimulatedFunctions, ledger: Ledger): string[] {
    const problems: string[] = [];
    for (const { name, token, atMs } of this.#accepted) {
      const followed = this.followed.find(({ it }) => it.name === name);
      if (followed === undefined) continue;
      const runs = functions.runsOf(name, token);
      const { end, problem } = followEvent(followed.it, atMs, runs);
      if (end === undefined) {
        problems.push(`${name}, ${token}: ${problem}; ${JSON.stringify({ ...followed, atMs, runs })}`);
        continue;
      }
      const { condition, attempts, errorCode, fromMs, untilMs } = end;
      const place = condition === 'Success' ? followed.onSuccess : followed.onFailure;
      const sink = place === 'function' ? 'run by keeper' : `records-${place}`;
      if (place !== undefined) ledger.expect(sink, `${token} ${condition} ${attempts}`, fromMs, untilMs);
      if (followed.deadLetters !== undefined && condition !== 'Success')
        ledger.expect(`dead-${followed.deadLetters}`, `${token} ${errorCode}`, fromMs, untilMs);
    }
    return problems;
  }
}

/** What the function that takes records is sent. */
export function recordOf(payload: string): string {
  return describeRecord(JSON.parse(payload) as Parameters<typeof describeRecord>[0], payload);
}

export function topicArn(name: string): string {
  return `arn:aws:sns:${ACCOUNT.region}:${ACCOUNT.accountId}:${name}`;
}

export function functionArn(name: string): string {
  return `arn:aws:lambda:${ACCOUNT.region}:${ACCOUNT.accountId}:function:${name}`;
}

function placeArn(place: NonNullable<Followed['onSuccess']>): string {
  return {
    queue: queueArn('records-queue'),
    topic: topicArn('records'),
    bus: `arn:aws:events:${ACCOUNT.region}:${ACCOUNT.accountId}:event-bus/records`,
    function: functionArn('keeper'),
  }[place];
}

/** When EventBridge and Scheduler get through to what is out of reach at times: a second, two, four, up to ten minutes. */
export function reachedAtMs(fromMs: number, outages: readonly Span[]): number {
  let atMs = fromMs;
  for (let tries = 0; spanAt(outages, atMs) !== undefined; tries += 1)
    atMs += Math.min(2 ** tries, 600) * 1000;
  return atMs;
}
