import {
  InvokeCommand,
  type InvokeCommandInput,
  type InvokeCommandOutput,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { createAlias, deployVersions, meanwhile, publish, slowToUnpack } from '../../support/versions.ts';
import { zipOf } from '../../support/zip.ts';

let server: TestServer;
let FunctionName: string;
let FunctionArn: string;

const SOURCE = `
exports.handler = async (event, context) => {
  if (event && event.fail) throw new TypeError('as you wish');
  if (event && event.context) return context;
  console.log('an event of type', typeof event);
  return event;
};`;

beforeAll(async () => {
  server = await startServer();
  const created = await deploy(server.lambda, {
    Code: { ZipFile: await zipOf({ 'index.js': SOURCE }) },
    Timeout: 20,
  });
  ({ FunctionName, FunctionArn } = created);
});

afterAll(async () => {
  await server.stop();
});

async function invoke(input: Partial<InvokeCommandInput> = {}): Promise<InvokeCommandOutput> {
  return await server.lambda.send(new InvokeCommand({ FunctionName, ...input }));
}

const text = (output: InvokeCommandOutput): string => output.Payload?.transformToString() ?? '';

describe('Invoke', () => {
  test('answers with what the function returns [answer]', async () => {
    const output = await invoke({ Payload: '{"hello":"wörld"}' });
    expect(output).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(output).not.toHaveProperty('FunctionError');
    expect(output).not.toHaveProperty('LogResult');
    expect(text(output)).toBe('{"hello":"wörld"}');
  });

  test.each(['true', 'null', '[1,2]', '12.5', '"text"', '{}'])(
    'carries the payload %s [any-json]',
    async (payload) => {
      expect(text(await invoke({ Payload: payload }))).toBe(payload);
    },
  );

  test('delivers {} when there is no payload [empty-payload]', async () => {
    expect(text(await invoke())).toBe('{}');
    expect(text(await invoke({ Payload: '' }))).toBe('{}');
  });

  test('takes the function in every form [names]', async () => {
    const forms = [
      FunctionArn,
      `${FunctionArn}:$LATEST`,
      `function:${FunctionName}`,
      `${FunctionName}:$LATEST`,
    ];
    for (const form of forms) {
      expect(text(await invoke({ FunctionName: form, Payload: '1' }))).toBe('1');
    }
    expect(text(await invoke({ Qualifier: '$LATEST', Payload: '1' }))).toBe('1');
  });

  test('tells the function what it was invoked as [context]', async () => {
    const plain = JSON.parse(text(await invoke({ Payload: '{"context":true}' })));
    expect(plain).toMatchObject({ functionName: FunctionName, invokedFunctionArn: FunctionArn });
    const qualified = await invoke({ Payload: '{"context":true}', Qualifier: '$LATEST' });
    expect(JSON.parse(text(qualified))).toMatchObject({ invokedFunctionArn: `${FunctionArn}:$LATEST` });
    expect(JSON.parse(text(qualified)).awsRequestId).toBe(qualified.$metadata.requestId);
  });

  test('a function error is an answer [function-error]', async () => {
    const output = await invoke({ Payload: '{"fail":true}' });
    expect(output).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(text(output))).toMatchObject({ errorType: 'TypeError', errorMessage: 'as you wish' });
  });

  test('gives the end of the log when asked [log-tail]', async () => {
    const output = await invoke({ Payload: '{}', LogType: 'Tail' });
    const log = Buffer.from(output.LogResult ?? '', 'base64').toString();
    expect(log).toContain(`START RequestId: ${output.$metadata.requestId} Version: $LATEST`);
    expect(log).toContain('an event of type object');
    expect(log).toContain('REPORT RequestId:');
  });

  test('hands on the client context [client-context] [bad-client-context]', async () => {
    const client = { custom: { colour: 'blue' } };
    const ClientContext = Buffer.from(JSON.stringify(client)).toString('base64');
    const output = await invoke({ Payload: '{"context":true}', ClientContext });
    expect(JSON.parse(text(output)).clientContext).toEqual(client);
    expect(await refusal(invoke({ ClientContext: Buffer.from('no json').toString('base64') }))).toMatchObject(
      {
        name: 'InvalidRequestContentException',
        message: 'Client context must be a valid Base64-encoded JSON object.',
      },
    );
    const largest = Buffer.from(`{"custom":"${'x'.repeat(2672)}"}`);
    expect((await invoke({ ClientContext: largest.toString('base64') })).StatusCode).toBe(200);
    const larger = Buffer.from(`{"custom":"${'x'.repeat(2675)}"}`);
    expect(await refusal(invoke({ ClientContext: larger.toString('base64') }))).toMatchObject({
      name: 'InvalidRequestContentException',
      message: 'Client context must not be longer than 3583 bytes in Base64.',
    });
  });

  test('runs nothing on a dry run [dry-run]', async () => {
    const output = await invoke({ InvocationType: 'DryRun', Payload: '{"fail":true}' });
    expect(output.StatusCode).toBe(204);
    expect(output).not.toHaveProperty('FunctionError');
    expect(text(output)).toBe('');
    const missing = uniqueName();
    expect(await refusal(invoke({ FunctionName: missing, InvocationType: 'DryRun' }))).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
    });
  });

  test('refuses payloads that are no JSON [invalid-json]', async () => {
    const answer = await refusal(invoke({ Payload: '{"a": hello}' }));
    expect(answer).toEqual({
      name: 'InvalidRequestContentException',
      message:
        "Could not parse request body into json: Could not parse payload into json: Unrecognized token 'hello': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 13]",
      status: 400,
      type: 'User',
    });
    expect(await refusal(invoke({ Payload: Uint8Array.of(0x99, 0xeb) }))).toMatchObject({
      message: expect.stringContaining('Unexpected character ((CTRL-CHAR, code 153))'),
    });
  });

  test('takes 6 MB and no more [too-large]', async () => {
    const largest = `"${'x'.repeat(6_291_456 - 2)}"`;
    expect(text(await invoke({ Payload: largest }))).toBe(largest);
    expect(await refusal(invoke({ Payload: `${largest} ` }))).toMatchObject({
      name: 'RequestTooLargeException',
      message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
      status: 413,
    });
  });

  test('says what is not there [missing-function]', async () => {
    const name = uniqueName();
    const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    const missing = { name: 'ResourceNotFoundException', status: 404, type: 'User' };
    expect(await refusal(invoke({ FunctionName: name }))).toEqual({
      ...missing,
      message: `Function not found: ${arn}:$LATEST`,
    });
    expect(await refusal(invoke({ Qualifier: 'prod' }))).toEqual({
      ...missing,
      message: `Function not found: ${FunctionArn}:prod`,
    });
  });

  test('sends the trace header [trace-header]', async () => {
    const url = `${server.endpoint}/2015-03-31/functions/${FunctionName}/invocations`;
    const authorization =
      'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0';
    const root = '1-5759e988-bd862e3fe1be46a994272793';
    const answer = await fetch(url, {
      method: 'POST',
      body: '1',
      headers: { authorization, 'X-Amzn-Trace-Id': `Root=${root};Sampled=1` },
    });
    expect(await answer.text()).toBe('1');
    expect(answer.headers.get('x-amzn-trace-id')).toContain(`Root=${root}`);
    expect(answer.headers.get('x-amz-executed-version')).toBe('$LATEST');
  });
});

describe('Invoke with a qualifier', () => {
  test('runs the version that is asked for [version] [missing-version] [missing-alias]', async () => {
    const published = await deployVersions(server.lambda, 2);
    for (const Qualifier of ['1', '2']) {
      const output = await invoke({ ...published, Qualifier });
      expect(output).toMatchObject({ StatusCode: 200, ExecutedVersion: Qualifier });
      expect(text(output)).toBe(`"${Qualifier}"`);
    }
    for (const Qualifier of ['3', 'live', '$latest']) {
      expect(await refusal(invoke({ ...published, Qualifier }))).toEqual({
        name: 'ResourceNotFoundException',
        message: `Function not found: ${published.FunctionArn}:${Qualifier}`,
        status: 404,
        type: 'User',
      });
    }
  });

  test('follows an alias wherever it moves [alias] [alias-moves] [weights]', async () => {
    const published = await deployVersions(server.lambda, 2);
    const aliased = { ...published, Qualifier: 'live' };
    await createAlias(server.lambda, published.FunctionName, 'live', '1');
    expect(await invoke(aliased)).toMatchObject({ ExecutedVersion: '1' });
    const move = async (FunctionVersion: string, weights: Record<string, number>): Promise<void> => {
      const RoutingConfig = { AdditionalVersionWeights: weights };
      const update = { ...published, Name: 'live', FunctionVersion, RoutingConfig };
      await server.lambda.send(new UpdateAliasCommand(update));
    };
    const all = async (): Promise<Set<unknown>> => {
      const outputs = await Promise.all(Array.from({ length: 20 }, async () => await invoke(aliased)));
      return new Set(outputs.map((output) => output.ExecutedVersion));
    };
    await move('2', {});
    expect(await all()).toEqual(new Set(['2']));
    await move('2', { 1: 1 });
    expect(await all()).toEqual(new Set(['1']));
    await move('2', { 1: 0 });
    expect(await all()).toEqual(new Set(['2']));
    await move('$LATEST', {});
    expect(await all()).toEqual(new Set(['$LATEST']));
  });

  test('waits for no version that is still being made [pending-version]', async () => {
    const begin = async () => {
      const made = await deployVersions(server.lambda, 1);
      const ZipFile = await slowToUnpack();
      const named = { FunctionName: made.FunctionName };
      await server.lambda.send(new UpdateFunctionCodeCommand({ ...named, ZipFile, Publish: true }));
      return { ...named, Qualifier: '2' };
    };
    const ask = async ({ FunctionName: made }: { FunctionName: string }) => {
      await createAlias(server.lambda, made, 'live', '1', { 2: 1 });
      return [
        await refusal(invoke({ FunctionName: made, Qualifier: '2' })),
        await refusal(invoke({ FunctionName: made, Qualifier: 'live' })),
      ];
    };
    const { FunctionName: name, answers } = await meanwhile(server.lambda, begin, ask);
    for (const answer of answers) {
      expect(answer).toEqual({
        name: 'ResourceConflictException',
        message:
          'The operation cannot be performed at this time. The function is currently in the following state: Pending',
        status: 409,
        type: 'User',
      });
    }
    expect(await invoke({ FunctionName: name })).toMatchObject({ ExecutedVersion: '$LATEST' });
  });

  test('tells the function what it was invoked as [qualified-arn] [function-version] [log-stream]', async () => {
    await publish(server.lambda, { FunctionName });
    await createAlias(server.lambda, FunctionName, 'live', '1');
    for (const Qualifier of ['1', 'live']) {
      const output = await invoke({ Payload: '{"context":true}', Qualifier, LogType: 'Tail' });
      expect(JSON.parse(text(output))).toMatchObject({
        functionVersion: '1',
        invokedFunctionArn: `${FunctionArn}:${Qualifier}`,
        logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[1\][\da-f]{32}$/),
      });
      const log = Buffer.from(output.LogResult ?? '', 'base64').toString();
      expect(log).toContain(`START RequestId: ${output.$metadata.requestId} Version: 1`);
    }
  });
});
