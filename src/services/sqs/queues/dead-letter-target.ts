import { badValue } from '../sqs-errors.ts';
import { parseQueueArn, queueArn, type QueueName } from './queue-name.ts';
import { findQueue, type Tx } from './queue-rows.ts';
import { allowsSource, checkRedrivePolicy } from './redrive-policies.ts';

/** Throws when the queue that is to take dead letters is not there, or takes none from this one. */
export async function checkDeadLetterTarget(
  tx: Tx,
  queue: QueueName,
  redrivePolicy: string | undefined,
): Promise<void> {
  if (redrivePolicy === undefined) return;
  const refuse = (reason: string): Error => badValue(redrivePolicy, 'RedrivePolicy', reason);
  const { deadLetterTargetArn } = checkRedrivePolicy(redrivePolicy, queue);
  const name = parseQueueArn(deadLetterTargetArn);
  const target = name && (await findQueue(tx, name));
  if (target === undefined) throw refuse('Dead letter target does not exist.');
  if (target.arn === queueArn(queue)) throw refuse('A queue cannot be its own dead-letter queue.');
  if (!allowsSource(target.redriveAllowPolicy, queueArn(queue)))
    throw refuse('The dead-letter queue does not allow this queue as a source.');
}
