import type { DestinationTargets } from '../model/destination-target.ts';
import type { QueueSender } from '../model/queue-ports.ts';
import { ServiceError } from '../model/service-error.ts';

/** Where Lambda's records and dead letters can go, beside other functions. */
export function destinationTargets(queues: QueueSender): DestinationTargets {
  return {
    sqs: {
      check: async (queueArn, accountId) => {
        try {
          const { isFifo } = await queues.check(queueArn, { kind: 'account', accountId });
          return isFifo ? 'unfit' : 'ready';
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          return error.code === 'AccessDeniedException' ? 'forbidden' : 'missing';
        }
      },
      send: async ({ targetArn, accountId, body, traceHeader, attributes }) => {
        await queues.send({
          queueArn: targetArn,
          sender: { kind: 'account', accountId },
          body,
          traceHeader,
          ...(attributes && { attributes }),
        });
      },
    },
  };
}
