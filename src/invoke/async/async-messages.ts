import type { Clock } from '../../model/clock.ts';
import {
  type DestinationMessage,
  type DestinationTargets,
  targetService,
} from '../../model/destination-target.ts';
import { ServiceError } from '../../model/service-error.ts';
import { STORE_RETRY_MS } from './async-journal.ts';

export interface MessageOptions {
  readonly clock: Clock;
  /** Where records and dead letters go, beside functions. */
  readonly targets: DestinationTargets;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/**
 * Sends messages one after the other.
 * @returns why some could not be delivered; undefined when it was given up since `isOver`
 */
export async function sendMessages(
  options: MessageOptions,
  messages: readonly DestinationMessage[],
  isOver: () => boolean,
): Promise<readonly string[] | undefined> {
  const problems: string[] = [];
  for (const message of messages) {
    const outcome = await sendMessage(options, message, isOver);
    if (outcome === 'over') return undefined;
    if (outcome !== 'sent') problems.push(outcome.reason);
  }
  return problems;
}

/** While the target fails for reasons of the platform's own it is tried again. */
async function sendMessage(
  { clock, targets, onNotice }: MessageOptions,
  message: DestinationMessage,
  isOver: () => boolean,
): Promise<'sent' | 'over' | { readonly reason: string }> {
  const { targetArn } = message;
  const target = targets[targetService(targetArn)];
  if (target === undefined) return { reason: `${targetArn} is of a service that takes no messages here` };
  for (;;) {
    try {
      await target.send(message);
      return 'sent';
    } catch (error) {
      if (error instanceof ServiceError) return { reason: `${targetArn}: ${error.message}` };
      onNotice(`A message could not be sent to ${targetArn}: ${String(error)}`);
    }
    if (isOver()) return 'over';
    await new Promise<void>((resolve) => clock.schedule(STORE_RETRY_MS, resolve));
    if (isOver()) return 'over';
  }
}
