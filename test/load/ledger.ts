import type { Asked, Reply } from './functions.ts';
import type { Answer } from './requests.ts';

/** What may become of a kind of request, besides an answer or a throttle. */
export interface Expected {
  /** Error types the function may end with. */
  readonly errors?: readonly string[];
  /** Statuses by which the platform may refuse it. */
  readonly refusals?: readonly number[];
  /** The oldest build that may answer. */
  readonly build?: number;
}

const MOST_PROBLEMS_KEPT = 20;
const REASONS =
  /^(Reserved)?Function(Concurrent)?Invocation(Rate)?LimitExceeded$|^ConcurrentInvocationLimitExceeded$/;

/** Keeps the books of a load: every request ends in exactly one of these counts, or it is a problem. */
export class Ledger {
  readonly #counts = new Map<string, number>();
  /** By function and environment: the executions that have answered. */
  readonly #answered = new Map<string, Map<string, Set<number>>>();
  readonly #problems: string[] = [];
  #problemCount = 0;

  count(kind: string, by = 1): void {
    this.#counts.set(kind, this.of(kind) + by);
  }

  of(kind: string): number {
    return this.#counts.get(kind) ?? 0;
  }

  problem(text: string): void {
    this.#problemCount += 1;
    if (this.#problems.length < MOST_PROBLEMS_KEPT) this.#problems.push(text);
  }

  /** Kept in part: the number says of how many. */
  get problems(): readonly string[] {
    return this.#problemCount > this.#problems.length
      ? [...this.#problems, `${this.#problemCount} in all`]
      : this.#problems;
  }

  get environments(): number {
    return [...this.#answered.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Books an answer of the Invoke API. */
  settle(name: string, asked: Asked, answer: Answer, expected: Expected): void {
    const { status, headers } = answer;
    const error = headers['x-amz-function-error'];
    if (status === 429) return this.#throttled(name, answer);
    if (status !== 200) return this.#refused(name, answer, expected);
    if (error !== undefined) return this.#failed(name, asked, answer, expected);
    this.replied(name, asked, answer, expected);
  }

  /** Books what a function returned. */
  replied(name: string, asked: Asked, answer: Answer, { build = 0 }: Expected): void {
    const reply = JSON.parse(answer.body) as Reply;
    this.count('answered');
    const said = `${name}: ${answer.body.slice(0, 200)}`;
    if (reply.nonce !== asked.nonce || reply.pad !== (asked.pad ?? ''))
      this.problem(`crossed: asked ${asked.nonce}, ${said}`);
    if (reply.requestId !== answer.headers['x-amzn-requestid']) this.problem(`another's request id: ${said}`);
    if (reply.running !== 1) this.problem(`${reply.running} at once in one environment: ${said}`);
    if (reply.build < build) this.problem(`build ${reply.build} after ${build} was in force: ${said}`);
    const environments = this.#answered.get(name) ?? new Map<string, Set<number>>();
    this.#answered.set(name, environments);
    const counts = environments.get(reply.environment) ?? new Set();
    environments.set(reply.environment, counts);
    if (counts.has(reply.count)) this.problem(`answered twice: ${said}`);
    counts.add(reply.count);
  }

  /** Executions of a function nobody was answered for: lost, or run a second time. */
  unanswered(name: string): number {
    let missing = 0;
    for (const counts of this.#answered.get(name)?.values() ?? [])
      missing += Math.max(...counts) - counts.size;
    return missing;
  }

  #throttled(name: string, { headers, body }: Answer): void {
    const { Reason = '' } = JSON.parse(body) as { readonly Reason?: string };
    this.count(`throttled ${Reason}`);
    this.count('throttled');
    if (!REASONS.test(Reason)) this.problem(`${name} throttled for no known reason: ${body}`);
    if (headers['retry-after'] === undefined) this.problem(`${name} throttled without Retry-After`);
  }

  #refused(name: string, { status, body }: Answer, { refusals = [] }: Expected): void {
    this.count(`refused ${status}`);
    this.count('refused');
    if (!refusals.includes(status)) this.problem(`${name} answered ${status}: ${body.slice(0, 200)}`);
  }

  #failed(name: string, asked: Asked, { headers, body }: Answer, { errors = [] }: Expected): void {
    const { errorType = '', errorMessage = '' } = JSON.parse(body) as Record<string, string | undefined>;
    this.count(`failed ${errorType}`);
    this.count('failed');
    if (!errors.includes(errorType)) this.problem(`${name} failed with ${body.slice(0, 200)}`);
    const own = asked.do === 'throw' && errorType === 'Error' ? asked.nonce : headers['x-amzn-requestid'];
    if (!errorMessage.includes(String(own))) this.problem(`another's error for ${asked.nonce}: ${body}`);
  }

  /** Every count in a line, the largest first. */
  lines(): string[] {
    const sorted = [...this.#counts].toSorted(([, a], [, b]) => b - a);
    return sorted.map(([kind, count]) => `${String(count).padStart(9)}  ${kind}`);
  }
}
