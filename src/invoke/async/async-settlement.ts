import type { AsyncEvent } from '../../model/async-event.ts';
import type { DestinationMessage } from '../../model/destination-target.ts';
import type { Attempt, AttemptDependencies } from './async-attempt.ts';
import { deadLetterOf, deliveryOf } from './async-destination.ts';
import type { JournalEntry } from './async-journal.ts';

/** What an attempt means for the event on disk. */
export interface Settlement {
  readonly entry: JournalEntry;
  /** Events that wait on disk once the entry is there: the same one for later, or the record for its destination. */
  readonly waiting: readonly AsyncEvent[];
  /** To be sent before the entry is written, so that a crash in between sends them again and loses none. */
  readonly messages: readonly DestinationMessage[];
  /** Undefined: the event is not done with. */
  readonly counts: 'succeeded' | 'failed' | 'dropped' | undefined;
  /** Records and dead letters that could not be delivered. */
  readonly undelivered: number;
  /** What nobody else would hear of. */
  readonly notices: readonly string[];
}

export async function settlementOf(
  deps: Pick<AttemptDependencies, 'clock' | 'configs' | 'target' | 'roles' | 'invoker'>,
  event: AsyncEvent,
  attempt: Attempt,
): Promise<Settlement> {
  const { step, problem } = attempt;
  if (step.kind === 'retry') {
    const { attempts, setbacks, afterMs } = step;
    return putBack({ ...event, attempts, setbacks, dueAtMs: deps.clock.now() + afterMs });
  }
  if (step.kind === 'drop') {
    const notice = `${nameOf(event)} was dropped: ${problem ?? 'its function is gone'}`;
    return { ...removal(event, []), messages: [], counts: 'dropped', undelivered: 0, notices: [notice] };
  }
  const delivery = await deliveryOf(deps, event, attempt);
  const dead = deadLetterOf(deps, event, attempt);
  return {
    ...removal(event, delivery.kind === 'event' ? [delivery.event] : []),
    messages: [...(delivery.kind === 'message' ? [delivery.message] : []), ...(dead ? [dead] : [])],
    counts: step.condition === 'Success' ? 'succeeded' : 'failed',
    ...undeliveredOf(event, delivery.kind === 'failed' ? [delivery.reason] : []),
  };
}

/** With what could not be delivered beside. */
export function withProblems<S extends Pick<Settlement, 'notices' | 'undelivered'>>(
  event: AsyncEvent,
  settlement: S,
  problems: readonly string[],
): S {
  const { undelivered, notices } = undeliveredOf(event, problems);
  return {
    ...settlement,
    undelivered: settlement.undelivered + undelivered,
    notices: [...settlement.notices, ...notices],
  };
}

function undeliveredOf(
  event: AsyncEvent,
  reasons: readonly string[],
): Pick<Settlement, 'notices' | 'undelivered'> {
  return {
    undelivered: reasons.length,
    notices: reasons.map(
      (reason) => `${nameOf(event)} is done, but its record could not be delivered: ${reason}`,
    ),
  };
}

/** Leaves the event as it is to whoever comes first once it is due. */
export function putBack(event: AsyncEvent): Settlement {
  return {
    entry: { kind: 'put-back', event },
    waiting: [event],
    messages: [],
    counts: undefined,
    undelivered: 0,
    notices: [],
  };
}

function removal(event: AsyncEvent, followers: readonly AsyncEvent[]): Pick<Settlement, 'entry' | 'waiting'> {
  return { entry: { kind: 'settle', id: event.id, followers }, waiting: followers };
}

function nameOf({ requestId, name, accountId, region }: AsyncEvent): string {
  return `The event ${requestId} for ${name} (${accountId}, ${region})`;
}
