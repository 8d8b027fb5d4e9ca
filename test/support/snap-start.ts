import {
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { available } from './commands.ts';
import { eventually } from './functions.ts';
import { UNTIL_OPEN_PYTHON } from './overlap.ts';

/** Tells of itself: when it was initialised, which hooks ran when, and what it finds among its variables. */
export const SNAP_STARTED = `${UNTIL_OPEN_PYTHON}
import os, threading, time, uuid
from snapshot_restore_py import register_before_snapshot, register_after_restore

drawn = str(uuid.uuid4())
initialised_at = time.time()
steps = []

@register_before_snapshot
def first():
    steps.append("before 1")

@register_before_snapshot
def second():
    steps.append("before 2")

def restored(step):
    steps.append(step)
    print("hook " + step)

register_after_restore(restored, "after 1")
register_after_restore(restored, step="after 2")

def handler(event, context):
    if event.get("exit"):
        os._exit(3)
    until_open(event.get("gate"), context.invoked_function_arn)
    return {
        "drawn": drawn,
        "initialisedAt": initialised_at,
        "steps": steps,
        "arn": context.invoked_function_arn,
        "variables": {name: value for name, value in os.environ.items() if name.startswith("AWS_")},
    }
`;

/** Any that the machine has stands in for the release that the runtime names. */
export const hasPython = available('python3', '--version');
if (!hasPython) console.log('Tests of SnapStart are skipped: this machine has no python3.');

export const SNAP_START = {
  Runtime: 'python3.12',
  Handler: 'app.handler',
  SnapStart: { ApplyOn: 'PublishedVersions' },
} as const;

export interface Shown {
  readonly drawn: string;
  /** Seconds since the Unix epoch. */
  readonly initialisedAt: number;
  readonly steps: readonly string[];
  readonly arn: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Publishes a version and waits until it is Active, or Failed. */
export async function publishSnapshot(lambda: LambdaClient, name: string): Promise<FunctionConfiguration> {
  const { Version = '' } = await lambda.send(new PublishVersionCommand({ FunctionName: name }));
  return await untilMade(lambda, name, Version);
}

export async function untilMade(
  lambda: LambdaClient,
  name: string,
  Qualifier: string,
): Promise<FunctionConfiguration> {
  const ask = new GetFunctionConfigurationCommand({ FunctionName: name, Qualifier });
  return await eventually(
    async () => await lambda.send(ask),
    ({ State }) => State !== 'Pending',
    60_000,
  );
}
