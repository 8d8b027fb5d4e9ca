import {
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { deploy, untilUpdated } from '../support/functions.ts';
import { zipOf } from '../support/zip.ts';
import { LIMITED_UNITS, nodeCode, reserve } from './functions.ts';
import type { Ledger } from './ledger.ts';

/** What has been deployed so far. */
export class Builds {
  /** The build of `updated` that every later request must meet, or a later one. */
  inForce = 0;
  /** Of `aliased`: those that are kept, the oldest first. */
  readonly versions: string[] = ['1'];
  /** Never the same twice: unchanged code makes no version. */
  last = 0;
}

const KEPT_VERSIONS = 3;
const LIMITS = [LIMITED_UNITS, 3, 0, 10];

/** Changes functions while they are in use, until the signal. */
export async function runChanges(
  lambda: LambdaClient,
  ledger: Ledger,
  builds: Builds,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    [
      async () => await updateCode(lambda, builds),
      async (round: number) => await updateConfiguration(lambda, round),
      async () => await shiftAlias(lambda, builds),
      async (round: number) => await reserve(lambda, 'limited', LIMITS[round % LIMITS.length] ?? 0),
      async () => await replace(lambda),
    ].map(async (change, kind) => {
      for (let round = 1; !signal.aborted; round += 1) {
        await change(round).catch((error: unknown) => ledger.problem(`change ${kind}: ${String(error)}`));
        ledger.count('changes');
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }),
  );
  await reserve(lambda, 'limited', LIMITED_UNITS);
}

async function updateCode(lambda: LambdaClient, builds: Builds): Promise<void> {
  const build = builds.inForce + 1;
  const ZipFile = await zipOf({ 'index.js': nodeCode(build) });
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'updated', ZipFile }));
  await untilUpdated(lambda, 'updated');
  builds.inForce = build;
}

async function updateConfiguration(lambda: LambdaClient, round: number): Promise<void> {
  const Environment = { Variables: { ROUND: String(round) } };
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'slow', Environment }));
  await untilUpdated(lambda, 'slow');
}

/** Publishes, moves the alias half over, then all the way, and deletes what is long out of use. */
async function shiftAlias(lambda: LambdaClient, builds: Builds): Promise<void> {
  const FunctionName = 'aliased';
  builds.last += 1;
  const ZipFile = await zipOf({ 'index.js': nodeCode(builds.last) });
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  await untilUpdated(lambda, FunctionName);
  const { Version = '' } = await lambda.send(new PublishVersionCommand({ FunctionName }));
  await untilReady(lambda, FunctionName, Version);
  const live = { FunctionName, Name: 'live' };
  const weights = { AdditionalVersionWeights: { [Version]: 0.5 } };
  await lambda.send(new UpdateAliasCommand({ ...live, RoutingConfig: weights }));
  const all = { FunctionVersion: Version, RoutingConfig: { AdditionalVersionWeights: {} } };
  await lambda.send(new UpdateAliasCommand({ ...live, ...all }));
  builds.versions.push(Version);
  if (builds.versions.length <= KEPT_VERSIONS) return;
  await lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: builds.versions.shift() }));
}

async function untilReady(lambda: LambdaClient, FunctionName: string, Qualifier: string): Promise<void> {
  for (;;) {
    const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier }));
    if (found.State === 'Active') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function replace(lambda: LambdaClient): Promise<void> {
  await lambda.send(new DeleteFunctionCommand({ FunctionName: 'replaced' }));
  await deploy(lambda, 'replaced', { 'index.js': nodeCode(0) }, { Timeout: 60 });
}
