import type { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { available } from '../support/commands.ts';
import { environmentsOf } from '../support/environments.ts';
import { type Answer, deploy, eventually, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** A runtime that tells of an error as large as its event says, and with the next event what the platform said to that. */
const BOOTSTRAP = `#!/usr/bin/env python3
import http.client, json, os
api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
base = '/2018-06-01/runtime/invocation/'
told = None
while True:
    api.request('GET', base + 'next')
    event = api.getresponse()
    id = event.headers['Lambda-Runtime-Aws-Request-Id']
    said = json.load(event)
    if 'told' in said:
        api.request('POST', base + id + '/response', json.dumps(told))
        api.getresponse().read()
        continue
    error = {'errorType': 'Custom.Large', 'errorMessage': 'm' * said.get('body', 0)}
    headers = {'Lambda-Runtime-Function-Error-Type': 'Custom.Large'}
    if 'cause' in said:
        cause = {'message': 'c' * said['cause'], 'working_directory': '/', 'exceptions': [], 'paths': []}
        headers['Lambda-Runtime-Function-XRay-Error-Cause'] = json.dumps(cause)
    api.request('POST', base + id + '/error', json.dumps(error), headers)
    answer = api.getresponse()
    answer.read()
    told = answer.status
`;
const KIB = 1024;

describe.skipIf(!available('python3', '--version'))('a runtime that tells of an error at length', () => {
  let server: TestServer;
  let lambda: LambdaClient;

  beforeAll(async () => {
    server = await startServer();
    ({ lambda } = server);
    const settings = { Runtime: 'provided.al2023', Handler: 'any', Timeout: 30 } as const;
    await deploy(lambda, 'large', { bootstrap: BOOTSTRAP }, settings);
  });

  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  /** By the one runtime there is: while it is still busy with what it has answered, another might be started. */
  async function ask(event: object): Promise<Answer> {
    await eventually(
      async () => await environmentsOf(server, 'large'),
      (environments) => environments.every(({ state }) => state === 'idle'),
    );
    return await invoke(lambda, 'large', event);
  }

  test.each([
    ['in its body', { body: 300 * KIB }],
    ['in nearly all a body may have', { body: 6 * KIB * KIB }],
    ['in what X-Ray is to show, which AWS’s clients send up to a mebibyte of', { cause: KIB * KIB - 200 }],
  ])('%s is heard, and goes on', async (_, event) => {
    const { functionError, payload } = await ask(event);
    expect(functionError).toBe('Unhandled');
    expect(payload).toEqual({
      errorType: 'Custom.Large',
      errorMessage: 'm'.repeat('body' in event ? event.body : 0),
    });
    expect(await ask({ told: true })).toMatchObject({ payload: 202 });
  });

  test('beyond that has failed all the same, and goes on', async () => {
    const { functionError, payload } = await ask({ body: 7 * KIB * KIB });
    expect(functionError).toBe('Unhandled');
    expect(payload).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
    expect(await ask({ told: true })).toMatchObject({ payload: 202 });
  });
});
