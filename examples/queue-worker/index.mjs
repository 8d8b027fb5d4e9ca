import { setTimeout as sleep } from 'node:timers/promises';

/** Works through a batch; what fails is named, and comes again on its own. */
export const handler = async ({ Records }) => {
  const batchItemFailures = [];
  for (const { messageId, body, attributes } of Records) {
    try {
      await work(JSON.parse(body));
    } catch (error) {
      console.log(`try ${attributes.ApproximateReceiveCount} of ${messageId} failed: ${error.message}`);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
};

async function work({ task, takesMs = 0 }) {
  if (typeof task !== 'string') throw new Error('there is nothing to do');
  await sleep(takesMs);
  console.log(`did ${task}`);
}
