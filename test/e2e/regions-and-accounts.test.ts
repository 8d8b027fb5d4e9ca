import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateAliasCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetAliasCommand,
  GetFunctionCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { refusal } from '../support/lambda-requests.ts';
import { startServer, type TestServer } from '../support/server.ts';

interface Place {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
}

let server: TestServer;
let places: readonly Place[];

/** One name in all places: whatever leaks from one to another shows. */
const NAME = 'same-name';

const CODE = `exports.handler = async (event, context) => {
  console.log('here');
  const { AWS_REGION, AWS_ACCESS_KEY_ID } = process.env;
  return { place: '%', region: AWS_REGION, key: AWS_ACCESS_KEY_ID, arn: context.invokedFunctionArn };
};\n`;

beforeAll(async () => {
  server = await startServer();
  const at = (account: string, region: string, partition: string): Place => {
    const credentials = { accessKeyId: account, secretAccessKey: 'any' };
    const settings = { endpoint: server.endpoint, region, credentials, maxAttempts: 1 };
    return {
      account,
      region,
      partition,
      lambda: new LambdaClient(settings),
      logs: new CloudWatchLogsClient(settings),
    };
  };
  places = [
    at('111111111111', 'us-east-1', 'aws'),
    at('111111111111', 'eu-central-1', 'aws'),
    at('222222222222', 'us-east-1', 'aws'),
    at('222222222222', 'cn-north-1', 'aws-cn'),
    at('333333333333', 'us-gov-west-1', 'aws-us-gov'),
  ];
  await Promise.all(
    places.map(async (place) => {
      const code = CODE.replace('%', `${place.account}/${place.region}`);
      const Role = `arn:${place.partition}:iam::${place.account}:role/r`;
      await deploy(place.lambda, NAME, { 'index.js': code }, { Role });
    }),
  );
}, 60_000);

afterAll(async () => {
  for (const place of places) {
    place.lambda.destroy();
    place.logs.destroy();
  }
  await server.stop();
});

function arnIn({ partition, region, account }: Place): string {
  return `arn:${partition}:lambda:${region}:${account}:function:${NAME}`;
}

describe('Regions and accounts', () => {
  test('each has a function of its own under the same name', async () => {
    for (const place of places) {
      const { Functions = [] } = await place.lambda.send(new ListFunctionsCommand({}));
      expect(Functions.map(({ FunctionArn }) => FunctionArn)).toEqual([arnIn(place)]);
      const { payload } = await invoke(place.lambda, NAME);
      expect(payload).toMatchObject({
        place: `${place.account}/${place.region}`,
        region: place.region,
        arn: arnIn(place),
      });
      const settings = await place.lambda.send(new GetAccountSettingsCommand({}));
      expect(settings.AccountUsage?.FunctionCount).toBe(1);
    }
  });

  test('versions, aliases and log groups stay where they were made', async () => {
    const [home] = places;
    if (home === undefined) throw new Error('There are places.');
    await home.lambda.send(new PublishVersionCommand({ FunctionName: NAME }));
    await home.lambda.send(
      new CreateAliasCommand({ FunctionName: NAME, Name: 'live', FunctionVersion: '1' }),
    );
    for (const place of places) {
      const { Versions = [] } = await place.lambda.send(
        new ListVersionsByFunctionCommand({ FunctionName: NAME }),
      );
      expect(Versions.map(({ Version }) => Version)).toEqual(place === home ? ['$LATEST', '1'] : ['$LATEST']);
      const alias = place.lambda.send(new GetAliasCommand({ FunctionName: NAME, Name: 'live' }));
      if (place === home) expect((await alias).AliasArn).toBe(`${arnIn(home)}:live`);
      else expect((await refusal(alias)).status).toBe(404);
      const groups = await eventually(
        async () => (await place.logs.send(new DescribeLogGroupsCommand({}))).logGroups ?? [],
        (found) => found.length > 0,
      );
      expect(groups.map(({ arn }) => arn)).toEqual([
        `arn:${place.partition}:logs:${place.region}:${place.account}:log-group:/aws/lambda/${NAME}:*`,
      ]);
    }
  });

  test('an ARN of another Region is out of reach, and deleting reaches one place only', async () => {
    const [home, other] = places;
    if (home === undefined || other === undefined) throw new Error('There are places.');
    expect(
      await refusal(home.lambda.send(new GetFunctionCommand({ FunctionName: arnIn(other) }))),
    ).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Functions from 'eu-central-1' are not reachable in this region ('us-east-1')`,
    });
    await other.lambda.send(new DeleteFunctionCommand({ FunctionName: NAME }));
    for (const place of places) {
      const { Functions = [] } = await place.lambda.send(new ListFunctionsCommand({}));
      expect(Functions).toHaveLength(place === other ? 0 : 1);
    }
  });
});
