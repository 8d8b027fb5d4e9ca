import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { creation, deploy, type Refusal, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';

/** What every operation on durable executions needs cannot come to be; that they find nothing is in their own tests. */
const REFUSED: Refusal = {
  name: 'InvalidParameterValueException',
  message: 'DurableConfig.ExecutionTimeout is not implemented by Lambent yet.',
  status: 400,
  type: 'User',
};

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

test('no function has durable executions [CreateFunction.durable] [GetDurableExecution.found] [GetDurableExecutionHistory.found] [GetDurableExecutionState.found] [ListDurableExecutionsByFunction.lists] [CheckpointDurableExecution.saved] [StopDurableExecution.stopped]', async () => {
  const DurableConfig = { ExecutionTimeout: 60 };
  const FunctionName = uniqueName();
  const input = await creation({ FunctionName, DurableConfig });
  expect(await refusal(server.lambda.send(new CreateFunctionCommand(input)))).toEqual(REFUSED);
  expect(
    await refusal(server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))),
  ).toMatchObject({ name: 'ResourceNotFoundException' });
});

test('nor gets them, or calls back to one [SendDurableExecutionCallbackSuccess.completed, SendDurableExecutionCallbackSuccess.closed] [SendDurableExecutionCallbackFailure.completed, SendDurableExecutionCallbackFailure.closed] [SendDurableExecutionCallbackHeartbeat.prolonged, SendDurableExecutionCallbackHeartbeat.closed]', async () => {
  const { FunctionName } = await deploy(server.lambda);
  const DurableConfig = { ExecutionTimeout: 60 };
  const command = new UpdateFunctionConfigurationCommand({ FunctionName, DurableConfig });
  expect(await refusal(server.lambda.send(command))).toEqual(REFUSED);
});
