import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../api-client.ts';
import type { FunctionConfiguration } from '../api-types.ts';
import { CliError } from '../cli-error.ts';

const patienceMs = 120_000;
const longestPauseMs = 500;

/** Waits until a function is created or updated. @throws CliError with Lambda's reason when that fails */
export async function waitUntilActive(client: ApiClient, name: string): Promise<FunctionConfiguration> {
  const giveUpAt = Date.now() + patienceMs;
  for (let pauseMs = 10; Date.now() < giveUpAt; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const found = await client.findFunction(name);
    if (found === undefined) throw new CliError(`${name} was deleted while it was being deployed.`);
    if (found.State === 'Failed') throw failed(name, found.StateReason);
    if (found.LastUpdateStatus === 'Failed') throw failed(name, found.LastUpdateStatusReason);
    if (found.State === 'Active' && found.LastUpdateStatus !== 'InProgress') return found;
    await sleep(pauseMs);
  }
  throw new CliError(
    `${name} is still not active after ${patienceMs / 1000} s.\nlambent status shows what Lambent does`,
  );
}

function failed(name: string, reason: string | undefined): CliError {
  return new CliError(`${name} could not be deployed: ${reason ?? 'no reason is given'}`);
}
