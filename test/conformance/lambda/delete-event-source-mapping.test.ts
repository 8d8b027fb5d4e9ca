import {
  DeleteEventSourceMappingCommand,
  DeleteFunctionCommand,
  ListTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal } from '../../support/lambda-requests.ts';
import { getMapping, makeMapping, type Mapping, untilDeleted } from '../../support/mappings.ts';
import { makeQueue } from '../../support/queues.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function anyMapping(): Promise<Mapping> {
  const { FunctionName } = await deploy(server.lambda);
  const { arn: EventSourceArn } = await makeQueue(server.sqs);
  return await makeMapping(server.lambda, { FunctionName, EventSourceArn, Tags: { team: 'a' } });
}

describe('DeleteEventSourceMapping', () => {
  test('answers with the mapping on its way out, which then is gone with its tags [answer]', async () => {
    const { UUID, EventSourceMappingArn: Resource } = await anyMapping();
    const command = new DeleteEventSourceMappingCommand({ UUID });
    const { $metadata, ...answer } = await server.lambda.send(command);
    expect($metadata.httpStatusCode).toBe(202);
    expect(answer).toMatchObject({ UUID, State: 'Deleting' });
    await untilDeleted(server.lambda, UUID);
    expect(await refusal(server.lambda.send(new ListTagsCommand({ Resource })))).toMatchObject({
      message: `Event source mapping not found: ${Resource}`,
    });
  });

  test('refuses a mapping that is on its way out [in-use]', async () => {
    const { UUID } = await anyMapping();
    const command = (): DeleteEventSourceMappingCommand => new DeleteEventSourceMappingCommand({ UUID });
    await server.lambda.send(command());
    const { name } = await refusal(server.lambda.send(command()));
    // It may be gone by then.
    expect(['ResourceInUseException', 'ResourceNotFoundException']).toContain(name);
  });

  test('is not what deleting the function does [function-deleted]', async () => {
    const { UUID, FunctionArn } = await anyMapping();
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName: FunctionArn }));
    expect(await getMapping(server.lambda, UUID)).toMatchObject({ State: 'Enabled', FunctionArn });
    await server.lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
    await untilDeleted(server.lambda, UUID);
  });

  test('has tags like other resources until then', async () => {
    const { EventSourceMappingArn: Resource } = await anyMapping();
    await server.lambda.send(new TagResourceCommand({ Resource, Tags: { stage: 'b' } }));
    await server.lambda.send(new UntagResourceCommand({ Resource, TagKeys: ['team'] }));
    const { Tags } = await server.lambda.send(new ListTagsCommand({ Resource }));
    expect(Tags).toEqual({ stage: 'b' });
  });

  test.each(['6f0a7c1e-0000-4000-8000-000000000000', 'not-a-uuid', '%2e%2e', 'ü'])(
    'does not find %s [missing]',
    async (UUID) => {
      expect(await refusal(server.lambda.send(new DeleteEventSourceMappingCommand({ UUID })))).toEqual({
        name: 'ResourceNotFoundException',
        message: 'The resource you requested does not exist.',
        status: 404,
        type: 'User',
      });
    },
  );
});
