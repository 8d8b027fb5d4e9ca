import type { LambdaClient } from '@aws-sdk/client-lambda';
import { invoke } from './functions.ts';

/** A function that says from when to when it ran: all on one machine go by one clock. */
export const MEASURED = {
  'index.js': `exports.handler = async ({ forMs }) => {
    const from = performance.timeOrigin + performance.now();
    await new Promise((resolve) => setTimeout(resolve, forMs));
    return [from, performance.timeOrigin + performance.now()];
  };`,
};

export interface Measured {
  /** From when to when each invocation ran, in milliseconds. */
  readonly ran: readonly (readonly [number, number])[];
  /** Reasons of those that did not, and whatever else went wrong. */
  readonly refusals: readonly string[];
}

/** Invokes at once, so often on each of the clients. */
export async function measure(
  clients: readonly LambdaClient[],
  name: string,
  times: number,
  forMs: number,
): Promise<Measured> {
  const ran: [number, number][] = [];
  const refusals: string[] = [];
  const one = async (client: LambdaClient): Promise<void> => {
    try {
      const { payload, functionError } = await invoke(client, name, { forMs });
      if (functionError === undefined) ran.push(payload as [number, number]);
      else refusals.push(functionError);
    } catch (error) {
      refusals.push(String((error as { Reason?: unknown }).Reason ?? error));
    }
  };
  await Promise.all(
    clients.flatMap((client) => Array.from({ length: times }, async () => await one(client))),
  );
  return { ran, refusals };
}

/** How many ran at the same time, at most. */
export function mostAtOnce({ ran }: Pick<Measured, 'ran'>): number {
  const steps = ran.flatMap(([from, to]) => [
    { at: from, by: 1 },
    { at: to, by: -1 },
  ]);
  let running = 0;
  let most = 0;
  for (const { by } of steps.toSorted((a, b) => a.at - b.at || a.by - b.by)) {
    running += by;
    most = Math.max(most, running);
  }
  return most;
}
