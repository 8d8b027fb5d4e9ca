import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type InvokeCommandInput,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { ROLE } from './server.ts';
import { zipOf } from './zip.ts';

/** Creates a function from source files and waits until it is active. */
export async function deploy(
  lambda: LambdaClient,
  name: string,
  files: Readonly<Record<string, string>>,
  settings: Partial<CreateFunctionCommandInput> = {},
): Promise<void> {
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: ROLE,
      Code: { ZipFile: await zipOf(files) },
      Timeout: 10,
      ...settings,
    }),
  );
  await untilUpdated(lambda, name);
}

/** What the SDK's FunctionActiveV2 and FunctionUpdatedV2 waiters wait for, without their whole seconds. */
export async function untilUpdated(lambda: LambdaClient, name: string): Promise<void> {
  await eventually(
    async () => await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name })),
    (found) => found.State === 'Active' && found.LastUpdateStatus === 'Successful',
    60_000,
  );
}

export interface Answer {
  readonly status: number | undefined;
  readonly functionError: string | undefined;
  /** The payload, parsed. */
  readonly payload: unknown;
  /** The last 4 KB of the log. */
  readonly log: string;
  readonly requestId: string;
}

/** Invokes and waits for the answer, with the log's tail. */
export async function invoke(
  lambda: LambdaClient,
  name: string,
  event: unknown = {},
  settings: Partial<InvokeCommandInput> = {},
): Promise<Answer> {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), LogType: 'Tail', ...settings }),
  );
  const text = answer.Payload?.transformToString() ?? '';
  return {
    status: answer.StatusCode,
    functionError: answer.FunctionError,
    payload: text === '' ? undefined : JSON.parse(text),
    log: Buffer.from(answer.LogResult ?? '', 'base64').toString('utf8'),
    requestId: answer.$metadata.requestId ?? '',
  };
}

/** Asks again until the condition holds; fails after the given time. The tests' only way of waiting. */
export async function eventually<T>(
  ask: () => Promise<T>,
  holds: (value: T) => boolean,
  withinMs = 25_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`still ${JSON.stringify(value)?.slice(0, 500)} after ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
