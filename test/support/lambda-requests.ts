import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  type FunctionConfiguration,
  type LambdaClient,
  LambdaServiceException,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { ROLE } from './server.ts';
import { zipOf } from './zip.ts';

/** Answers with the event it got. */
export const ECHO = 'exports.handler = async (event) => event;\n';

let serial = 0;

/** A function name no other test uses. */
export function uniqueName(prefix = 'conformance'): string {
  serial += 1;
  return `${prefix}-${process.pid}-${Date.now().toString(36)}-${serial}`;
}

/** A complete CreateFunction request for a small Node.js function, changed where the test needs it. */
export async function creation(
  change: Partial<CreateFunctionCommandInput> = {},
): Promise<CreateFunctionCommandInput> {
  return {
    FunctionName: uniqueName(),
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: ROLE,
    Code: { ZipFile: await zipOf({ 'index.js': ECHO }) },
    ...change,
  };
}

/** Creates a function and waits until it is active. Returns the answer to CreateFunction. */
export async function deploy(
  lambda: LambdaClient,
  change: Partial<CreateFunctionCommandInput> = {},
): Promise<FunctionConfiguration & { FunctionName: string; FunctionArn: string }> {
  const created = await lambda.send(new CreateFunctionCommand(await creation(change)));
  const { FunctionName, FunctionArn } = created;
  if (FunctionName === undefined || FunctionArn === undefined)
    throw new Error('CreateFunction named nothing.');
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 60, minDelay: 0.05 }, { FunctionName });
  return { ...created, FunctionName, FunctionArn };
}

/** Waits until the last update is in effect. */
export async function updated(lambda: LambdaClient, FunctionName: string): Promise<void> {
  await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 60, minDelay: 0.05 }, { FunctionName });
}

/** What a caller sees of an error answer. */
export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly type: unknown;
}

/** The error a request is refused with. Fails the test when the request succeeds. */
export async function refusal(request: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LambdaServiceException)) {
    throw new Error(`Expected an error answer, got ${String(error)}`, { cause: error });
  }
  return {
    name: error.name,
    message: error.message,
    status: error.$metadata.httpStatusCode,
    type: 'Type' in error ? error.Type : undefined,
  };
}

export const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
