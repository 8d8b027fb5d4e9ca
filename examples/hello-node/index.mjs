import { setTimeout as sleep } from 'node:timers/promises';

// Runs once per execution environment, on its cold start.
const startedAt = new Date();
let invocations = 0;

export const handler = async (event, context) => {
  invocations += 1;
  console.log(`greeting ${event.name ?? 'nobody'}, invocation ${invocations} of this environment`);
  if (event.sleepMs) await sleep(event.sleepMs);
  return {
    message: `Hello ${event.name ?? 'world'}`,
    function: context.functionName,
    memoryMb: Number(context.memoryLimitInMB),
    remainingMs: context.getRemainingTimeInMillis(),
    environmentStartedAt: startedAt.toISOString(),
    invocations,
  };
};
