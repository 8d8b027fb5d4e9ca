import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  ListAliasesCommand,
  ListProvisionedConcurrencyConfigsCommand,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, untilUpdated } from '../support/functions.ts';
import { meetingAt } from '../support/held-table.ts';
import { ECHO } from '../support/lambda-requests.ts';
import { PATIENT, type Platforms, race, sharedPostgres, startPlatforms } from '../support/platforms.ts';

const shared = sharedPostgres();

describe.skipIf(shared === undefined)('two platforms that provision the same function', PATIENT, () => {
  let platforms: Platforms;

  beforeAll(async () => {
    platforms = await startPlatforms(shared ?? '');
  });

  afterAll(async () => await platforms.remove());

  test('never claim the environments of a version for it and for an alias that moves to it', async () => {
    const { lambda } = platforms.one;
    const FunctionName = 'moving';
    await deploy(lambda, FunctionName, { 'index.js': ECHO });
    for (const Timeout of [11, 12]) {
      await lambda.send(new PublishVersionCommand({ FunctionName }));
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout }));
      await untilUpdated(lambda, FunctionName);
    }
    const provisioned = (Qualifier: string): PutProvisionedConcurrencyConfigCommand =>
      new PutProvisionedConcurrencyConfigCommand({
        FunctionName,
        Qualifier,
        ProvisionedConcurrentExecutions: 1,
      });
    for (let round = 0; round < 4; round += 1) {
      const alias = { FunctionName, Name: `moving-${round}` };
      await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }));
      // Now the version comes second, now the alias.
      const [first = '', second = ''] = round % 2 === 0 ? [alias.Name, '2'] : ['2', alias.Name];
      await lambda.send(provisioned(first));
      const { answers, errors } = await meetingAt(
        platforms,
        'lambda_provisioned_concurrency',
        2,
        async () =>
          await race(platforms, async (client, who) =>
            who === 'one'
              ? await client.send(provisioned(second))
              : await client.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '2' })),
          ),
      );
      expect(answers).toHaveLength(1);
      expect(errors).toEqual(['ResourceConflictException']);
      expect(await claimedTwice(platforms, FunctionName)).toEqual([]);
      await lambda.send(new DeleteAliasCommand(alias));
      await lambda.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: '2' }));
    }
  });
});

/** The provisioned aliases that lead to a provisioned version. */
async function claimedTwice({ two }: Platforms, FunctionName: string): Promise<unknown[]> {
  const listed = await two.lambda.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName }));
  const provisioned = new Set(
    listed.ProvisionedConcurrencyConfigs?.map(({ FunctionArn }) => FunctionArn?.split(':').at(-1)),
  );
  const { Aliases = [] } = await two.lambda.send(new ListAliasesCommand({ FunctionName }));
  return Aliases.filter(
    ({ Name, FunctionVersion }) => provisioned.has(Name) && provisioned.has(FunctionVersion),
  );
}
