import {
  CreateFunctionCommand,
  InvokeCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../support/functions.ts';
import { creation, deploy, refusal } from '../../support/lambda-requests.ts';
import { makeQueue, nextMessage } from '../../support/queues.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';
import { ON_MACHINE } from './capacity-provider-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function call<Result>(
  FunctionName: string,
  event: object = {},
  Qualifier = '$LATEST',
): Promise<Result> {
  const Payload = JSON.stringify(event);
  const answer = await server.lambda.send(new InvokeCommand({ FunctionName, Qualifier, Payload }));
  expect(answer.FunctionError, answer.Payload?.transformToString()).toBeUndefined();
  return JSON.parse(answer.Payload?.transformToString() ?? '') as Result;
}

/** Fills /tmp with so many megabytes. */
const FILLER = `
const fs = require('node:fs');
const life = Math.random();
exports.handler = async ({ megabytes = 0 }) => {
  if (megabytes === 0) return { life, found: fs.existsSync('/tmp/filled') };
  const file = fs.openSync('/tmp/filled', 'w');
  const piece = Buffer.alloc(1 << 20, 1);
  try {
    for (let n = 0; n < megabytes; n += 1) fs.writeSync(file, piece);
    return { life };
  } catch ({ code }) {
    return { life, code };
  } finally {
    fs.closeSync(file);
  }
};`;

interface Filled {
  readonly life: number;
  readonly code?: string;
  readonly found?: boolean;
}

describe('CreateFunction', () => {
  test('gives /tmp the size that was asked for [ephemeral-storage]', async () => {
    const Code = { ZipFile: await zipOf({ 'index.js': FILLER }) };
    const settings = { Code, MemorySize: 2048, Timeout: 60 };
    const small = await deploy(server.lambda, settings);
    const roomy = await deploy(server.lambda, { ...settings, EphemeralStorage: { Size: 600 } });
    const fits = await call<Filled>(roomy.FunctionName, { megabytes: 560 });
    expect(fits).toEqual({ life: fits.life });
    expect(await call<Filled>(roomy.FunctionName)).toEqual({ life: fits.life, found: true });
    const { life, code } = await call<Filled>(small.FunctionName, { megabytes: 560 });
    if (code !== undefined) return expect(code).toBe('ENOSPC');
    // Where the kernel does not keep count, what is too much costs the environment.
    const next = await eventually(
      async () => await call<Filled>(small.FunctionName),
      (found) => found.life !== life,
    );
    expect(next.found).toBe(false);
  });

  test('sends events that came to nothing to the dead-letter queue [dead-letter]', async () => {
    const dead = await makeQueue(server.sqs);
    const { FunctionName, DeadLetterConfig } = await deploy(server.lambda, {
      DeadLetterConfig: { TargetArn: dead.arn },
    });
    expect(DeadLetterConfig).toEqual({ TargetArn: dead.arn });
    const off = { FunctionName, ReservedConcurrentExecutions: 0 };
    await server.lambda.send(new PutFunctionConcurrencyCommand(off));
    const Payload = JSON.stringify({ lost: true });
    await server.lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
    expect((await nextMessage(server.sqs, dead)).Body).toBe(Payload);
  });

  test('refuses dead letters to what is not there, or takes none', async () => {
    const queue = 'arn:aws:sqs:us-east-1:000000000000:nowhere';
    const refused = async (TargetArn: string): ReturnType<typeof refusal> => {
      const input = await creation({ DeadLetterConfig: { TargetArn } });
      return await refusal(server.lambda.send(new CreateFunctionCommand(input)));
    };
    expect(await refused(queue)).toEqual({
      name: 'InvalidParameterValueException',
      message: 'The provided execution role does not have permissions to call SendMessage on SQS',
      status: 400,
      type: 'User',
    });
    expect(await refused('arn:aws:s3:::bucket')).toMatchObject({ name: 'InvalidParameterValueException' });
  });

  test('runs a function on a managed instance, several invocations in one environment [capacity-provider]', async () => {
    const source = `
let inside = 0;
exports.handler = async () => {
  inside += 1;
  while (inside < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  return [process.pid, process.env.AWS_LAMBDA_MAX_CONCURRENCY];
};`;
    const { FunctionName, CapacityProviderConfig } = await deploy(server.lambda, {
      ...ON_MACHINE,
      Runtime: 'nodejs24.x',
      Timeout: 30,
      Code: { ZipFile: await zipOf({ 'index.js': source }) },
    });
    expect(CapacityProviderConfig).toEqual(ON_MACHINE.CapacityProviderConfig);
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    const answers = await Promise.all([1, 2].map(async () => await call(FunctionName, {}, '1')));
    expect(answers[0]).toEqual([expect.any(Number), '2']);
    expect(answers[1]).toEqual(answers[0]);
  });
});
