import type { CallerIdentity } from '../../../model/identity/caller-identity.ts';
import type { AccessDecision } from '../../../model/policy/authorize.ts';

/** Decisions remembered for one caller; with more, it starts over. */
const MAX_DECISIONS = 1024;

interface CallerDecisions {
  readonly generation: number;
  readonly byRequest: Map<string, AccessDecision>;
}

/** What was decided for a caller, until anything changes that a decision may depend on. */
export class DecisionCache {
  readonly #byCaller = new WeakMap<CallerIdentity, CallerDecisions>();

  /** @param generation of all policies and identities */
  find(caller: CallerIdentity, generation: number, request: string): AccessDecision | undefined {
    const decisions = this.#byCaller.get(caller);
    return decisions?.generation === generation ? decisions.byRequest.get(request) : undefined;
  }

  remember(caller: CallerIdentity, generation: number, request: string, decision: AccessDecision): void {
    let decisions = this.#byCaller.get(caller);
    if (decisions?.generation !== generation || decisions.byRequest.size >= MAX_DECISIONS) {
      decisions = { generation, byRequest: new Map() };
      this.#byCaller.set(caller, decisions);
    }
    decisions.byRequest.set(request, decision);
  }
}
