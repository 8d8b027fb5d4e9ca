import { PublishVersionCommand, PutFunctionScalingConfigCommand } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { ON_MACHINE } from '../conformance/lambda/capacity-provider-fixtures.ts';
import { environmentsOf } from '../support/environments.ts';
import { deploy, eventually } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';

const FunctionName = 'kept';

async function ready(server: TestServer): Promise<number> {
  return (await environmentsOf(server, FunctionName)).filter(({ state }) => state !== 'starting').length;
}

test('environments that are kept on managed instances are there again after a restart', async () => {
  const directory = await temporaryDirectory();
  let server = await startServer({ dataDir: directory.path });
  try {
    const settings = { ...ON_MACHINE, Runtime: 'nodejs24.x' } as const;
    await deploy(server.lambda, FunctionName, { 'index.js': 'exports.handler = async () => 1;' }, settings);
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    const FunctionScalingConfig = { MinExecutionEnvironments: 2 };
    const keep = { FunctionName, Qualifier: '1', FunctionScalingConfig };
    await server.lambda.send(new PutFunctionScalingConfigCommand(keep));
    await eventually(
      async () => await ready(server),
      (count) => count === 2,
    );
    await server.stop();
    server = await startServer({ dataDir: directory.path });
    expect(
      await eventually(
        async () => await ready(server),
        (count) => count === 2,
      ),
    ).toBe(2);
  } finally {
    await server.stop();
    await directory.remove();
  }
});
