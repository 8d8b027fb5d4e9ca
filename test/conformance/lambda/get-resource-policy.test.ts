import { GetResourcePolicyCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal } from '../../support/lambda-requests.ts';
import { grant, policyOf } from '../../support/policies.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function get(ResourceArn: string): Promise<object> {
  const { $metadata: _, ...answer } = await server.lambda.send(new GetResourcePolicyCommand({ ResourceArn }));
  return answer;
}

describe('GetResourcePolicy', () => {
  test('shows what AddPermission made, with the same revision as GetPolicy [document]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    await grant(server.lambda, FunctionName);
    const { text, revisionId } = await policyOf(server.lambda, FunctionName);
    expect(await get(FunctionArn)).toEqual({ Policy: text, RevisionId: revisionId });
  });

  test('says that there is none [none]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const none = {
      name: 'ResourceNotFoundException',
      message: 'The resource you requested does not exist.',
      status: 404,
      type: 'User',
    };
    expect(await refusal(get(FunctionArn))).toEqual(none);
    await grant(server.lambda, FunctionName);
    expect(await refusal(get(`${FunctionArn}:live`))).toEqual(none);
  });

  test('wants a complete ARN without wildcards [incomplete-arn]', async () => {
    const pattern =
      'arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:function:' +
      '[a-zA-Z0-9-_]+(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_])+)?';
    for (const ResourceArn of ['f', 'arn:aws:lambda:us-east-1:000000000000:function:f*']) {
      expect(await refusal(get(ResourceArn))).toEqual({
        name: 'ValidationException',
        message: `1 validation error detected: Value '${ResourceArn}' at 'resourceArn' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`,
        status: 400,
        type: undefined,
      });
    }
  });
});
