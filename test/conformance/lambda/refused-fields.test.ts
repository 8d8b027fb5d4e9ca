import { GetFunctionConfigurationCommand, PublishVersionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type OperationSupport,
  readSupportTable,
  supportByOperation,
} from '../../../tools/api-support/support-table.ts';
import { sendOperation } from '../../support/any-operation.ts';
import { deploy, ECHO, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { makeMapping, type Mapping } from '../../support/mappings.ts';
import { makeQueue } from '../../support/queues.ts';
import { ROLE, startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';
import { NO_EXECUTION } from './durable-execution-fixtures.ts';

/** What docs/api-support.md calls refused is sent here, in a request that would be good without it. */

let server: TestServer;
let filled: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  server = await startServer();
  const { FunctionName, FunctionArn } = await deploy(server.lambda);
  await server.lambda.send(new PublishVersionCommand({ FunctionName }));
  filled = {
    $function: FunctionName,
    $arn: FunctionArn,
    $role: ROLE,
    $zip: await zipOf({ 'index.js': ECHO }),
    $execution: NO_EXECUTION,
    $mapping: (await queueMapping(FunctionName)).UUID,
  };
});

afterAll(async () => {
  await server.stop();
});

async function queueMapping(FunctionName: string): Promise<Mapping> {
  const { arn: EventSourceArn } = await makeQueue(server.sqs);
  return await makeMapping(server.lambda, { FunctionName, EventSourceArn });
}

interface Case {
  readonly operation: string;
  readonly path: string;
  readonly support: OperationSupport;
  readonly value: unknown;
  readonly change: Readonly<Record<string, unknown>>;
  readonly names: string;
}

const operations = [...supportByOperation(readSupportTable())];

const cases: Case[] = operations.flatMap(([operation, support]) =>
  Object.entries({ ...support.limits, ...support.refused }).flatMap(([path, sample]) =>
    sample.value === undefined
      ? []
      : [
          {
            operation,
            path,
            support,
            value: sample.value,
            change: sample.with ?? {},
            names: sample.names ?? path.split('.').at(-1) ?? path,
          },
        ],
  ),
);

const wholes = operations.flatMap(([operation, support]) => {
  const names = support['refused-whole']?.names;
  return names === undefined ? [] : [{ operation, names, request: support.request ?? {} }];
});

describe('what is called refused', () => {
  test.each(cases)('$operation refuses $path', async ({ operation, path, support, value, change, names }) => {
    for (const [before, request] of Object.entries(support.prepare ?? {})) {
      await sendOperation(server.lambda, before, fill(request));
    }
    const request = withField(merged(support.request ?? {}, change), path.split('.'), value);
    const answer = await refusal(sendOperation(server.lambda, operation, fill(request)));
    expect(answer).toMatchObject({ status: 400, message: mentioning(names) });
  });

  test.each(wholes)('$operation is refused', async ({ operation, request, names }) => {
    const answer = await refusal(sendOperation(server.lambda, operation, fill(request)));
    expect([400, 404]).toContain(answer.status);
    expect(answer.message).toEqual(mentioning(names));
  });

  test('nothing refused changes anything', async () => {
    const FunctionName = String(filled['$function']);
    const read = async () => await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const { $metadata: _, ...before } = await read();
    for (const { operation, path, support, value, change } of cases) {
      const request = withField(merged(support.request ?? {}, change), path.split('.'), value);
      await refusal(sendOperation(server.lambda, operation, fill(request)));
    }
    expect(await read()).toMatchObject(before);
  });
});

function mentioning(words: string): unknown {
  return expect.stringMatching(new RegExp(words.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i'));
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

/** The request with a change laid over it, member by member. Null takes a member away. */
function merged(request: Fields, change: Fields): Fields {
  const result: Record<string, unknown> = { ...request };
  for (const [member, value] of Object.entries(change)) {
    if (value === null) delete result[member];
    else if (isFields(value)) {
      const before = result[member];
      result[member] = merged(isFields(before) ? before : {}, value);
    } else result[member] = value;
  }
  return result;
}

function withField(request: Fields, [member = '', ...rest]: readonly string[], value: unknown): Fields {
  if (rest.length === 0) return { ...request, [member]: value };
  const inner = request[member];
  return { ...request, [member]: withField(isFields(inner) ? inner : {}, rest, value) };
}

/** With the `$` values in place: a function and what belongs to it. */
function fill(value: Fields): Fields {
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, fillValue(inner)]));
}

function fillValue(value: unknown): unknown {
  if (value === '$new') return uniqueName();
  if (typeof value === 'string' && value in filled) return filled[value];
  return isFields(value) ? fill(value) : value;
}
