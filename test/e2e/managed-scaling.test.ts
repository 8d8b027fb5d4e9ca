import { CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { PublishVersionCommand, PutFunctionScalingConfigCommand } from '@aws-sdk/client-lambda';
import { expect, test, vi } from 'vitest';
import { ON_MACHINE } from '../conformance/lambda/capacity-provider-fixtures.ts';
import { advanceClock, withFrozenClock } from '../support/async-events.ts';
import { environmentsOf } from '../support/environments.ts';
import { deploy, eventually } from '../support/functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';

/** Servers are started in the tests themselves, which takes its time where much else goes on. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

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

test('those that end again and again are not started over and over', async () => {
  const server = await startServer();
  try {
    const settings = { ...ON_MACHINE, Runtime: 'nodejs24.x' } as const;
    const source = `console.log('has begun'); exports.handler = async () => 1; setTimeout(() => process.exit(1), 100);`;
    await deploy(server.lambda, FunctionName, { 'index.js': source }, settings);
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    const FunctionScalingConfig = { MinExecutionEnvironments: 1 };
    const keep = { FunctionName, Qualifier: '1', FunctionScalingConfig };
    const logGroupName = `/aws/lambda/${FunctionName}`;
    await server.logs.send(new CreateLogGroupCommand({ logGroupName }));
    await withFrozenClock(server, async () => {
      await server.lambda.send(new PutFunctionScalingConfigCommand(keep));
      const starts = async (): Promise<number> => {
        const filter = {
          logGroupName,
          filterPattern: '"has begun"',
        };
        return (await server.logs.send(new FilterLogEventsCommand(filter))).events?.length ?? 0;
      };
      // The first that is lost is replaced at once; the next one waits for the clock, which stands.
      await eventually(starts, (count) => count === 2);
      await eventually(
        async () => (await environmentsOf(server, FunctionName)).length,
        (count) => count === 0,
      );
      await advanceClock(server, 1000);
      await eventually(starts, (count) => count === 3);
      await eventually(
        async () => (await environmentsOf(server, FunctionName)).length,
        (count) => count === 0,
      );
      expect(await starts()).toBe(3);
    });
  } finally {
    await server.stop();
  }
});
