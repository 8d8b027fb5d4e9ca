import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  type LambdaClient,
  ListVersionsByFunctionCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  GetSamplingRulesCommand,
  type SamplingRuleUpdate,
  UpdateSamplingRuleCommand,
  type XRayClient,
} from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { meetingAt } from '../support/held-rows.ts';
import { PATIENT, type Platforms, sharedPostgres, startPlatforms } from '../support/platforms.ts';
import { ROLE } from '../support/server.ts';
import { xrayOf } from '../support/xray.ts';
import { zipOf } from '../support/zip.ts';

const shared = sharedPostgres();
const ROUNDS = 6;
const CODE = { 'index.js': 'exports.handler = async () => process.env.WHO ?? 0;' };

/** What becomes of the same request to both at once: an answer, or the name of the error. */
async function race<T>(
  { one, two }: Platforms,
  send: (lambda: LambdaClient, who: 'one' | 'two') => Promise<T>,
): Promise<{ readonly answers: T[]; readonly errors: string[] }> {
  const ends = await Promise.allSettled([send(one.lambda, 'one'), send(two.lambda, 'two')]);
  return {
    answers: ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])),
    errors: ends.flatMap((end) => (end.status === 'rejected' ? [(end.reason as Error).name] : [])),
  };
}

describe.skipIf(shared === undefined)(
  'two platforms that are asked for the same thing at once',
  PATIENT,
  () => {
    let platforms: Platforms;

    beforeAll(async () => {
      platforms = await startPlatforms(shared ?? '');
    });

    afterAll(async () => await platforms.remove());

    test('create one function of a name', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const FunctionName = `contested-${round}`;
        const Code = { ZipFile: await zipOf({ 'index.js': `exports.handler = async () => ${round};` }) };
        const settings = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: ROLE } as const;
        const { answers, errors } = await race(
          platforms,
          async (lambda, Description) =>
            await lambda.send(new CreateFunctionCommand({ FunctionName, Code, Description, ...settings })),
        );
        expect(errors).toEqual(['ResourceConflictException']);
        await untilUpdated(platforms.one.lambda, FunctionName);
        for (const { lambda } of [platforms.one, platforms.two]) {
          const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
          expect(Configuration?.Description).toBe(answers[0]?.Description);
          expect((await invoke(lambda, FunctionName)).payload).toBe(round);
        }
      }
    });

    test('change a revision once', async () => {
      const FunctionName = 'revised';
      await deploy(platforms.one.lambda, FunctionName, CODE);
      for (let round = 0; round < ROUNDS; round += 1) {
        const { Configuration } = await platforms.one.lambda.send(new GetFunctionCommand({ FunctionName }));
        const { answers, errors } = await race(
          platforms,
          async (lambda, who) =>
            await lambda.send(
              new UpdateFunctionConfigurationCommand({
                FunctionName,
                RevisionId: Configuration?.RevisionId,
                Environment: { Variables: { WHO: `${who} ${round}` } },
              }),
            ),
        );
        expect(answers).toHaveLength(1);
        // The loser comes before the update has ended, or behind it.
        expect(['PreconditionFailedException', 'ResourceConflictException']).toContain(errors[0]);
        const won = answers[0]?.Environment?.Variables?.['WHO'];
        await untilUpdated(platforms.two.lambda, FunctionName);
        for (const { lambda } of [platforms.one, platforms.two])
          await eventually(
            async () => await invoke(lambda, FunctionName),
            ({ payload }) => payload === won,
          );
      }
    });

    test('give out each number of a version once', async () => {
      const FunctionName = 'numbered';
      await deploy(platforms.one.lambda, FunctionName, CODE);
      const numbers: (string | undefined)[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const Environment = { Variables: { WHO: String(round) } };
        await platforms.one.lambda.send(
          new UpdateFunctionConfigurationCommand({ FunctionName, Environment }),
        );
        await untilUpdated(platforms.one.lambda, FunctionName);
        const { answers } = await race(
          platforms,
          async (lambda) => await lambda.send(new PublishVersionCommand({ FunctionName })),
        );
        expect(answers.length).toBeGreaterThan(0);
        // The same content gets no second number.
        expect(new Set(answers.map(({ Version }) => Version)).size).toBe(1);
        numbers.push(answers[0]?.Version);
      }
      expect(numbers).toEqual(Array.from({ length: ROUNDS }, (_, index) => String(index + 1)));
      const { Versions } = await platforms.two.lambda.send(
        new ListVersionsByFunctionCommand({ FunctionName }),
      );
      expect(Versions?.map(({ Version }) => Version)).toEqual(['$LATEST', ...numbers]);
    });

    test('give layers their numbers once', async () => {
      const ZipFile = await zipOf({ 'nodejs/x.js': '' });
      const versions: (number | undefined)[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const { answers } = await race(
          platforms,
          async (lambda) =>
            await lambda.send(new PublishLayerVersionCommand({ LayerName: 'l', Content: { ZipFile } })),
        );
        versions.push(...answers.map(({ Version }) => Version));
      }
      expect(versions.toSorted((a = 0, b = 0) => a - b)).toEqual(
        Array.from({ length: 2 * ROUNDS }, (_, index) => index + 1),
      );
    });

    test('shift an alias one after the other, and agree on where it is', async () => {
      const FunctionName = 'shifted';
      const { one } = platforms;
      await deploy(one.lambda, FunctionName, CODE, { Environment: { Variables: { WHO: 'one' } } });
      await one.lambda.send(new PublishVersionCommand({ FunctionName }));
      const Environment = { Variables: { WHO: 'two' } };
      await one.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment }));
      await untilUpdated(one.lambda, FunctionName);
      await one.lambda.send(new PublishVersionCommand({ FunctionName }));
      const Name = 'live';
      await one.lambda.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion: '1' }));
      for (let round = 0; round < ROUNDS; round += 1) {
        const { RevisionId } = await one.lambda.send(new GetAliasCommand({ FunctionName, Name }));
        // With a revision one of them loses; without, the later one counts.
        const isChecked = round % 2 === 0;
        const { answers, errors } = await race(
          platforms,
          async (lambda, who) =>
            await lambda.send(
              new UpdateAliasCommand({
                FunctionName,
                Name,
                FunctionVersion: who === 'one' ? '1' : '2',
                ...(isChecked && { RevisionId }),
              }),
            ),
        );
        expect(errors).toEqual(isChecked ? ['PreconditionFailedException'] : []);
        expect(answers).toHaveLength(isChecked ? 1 : 2);
        const { FunctionVersion } = await one.lambda.send(new GetAliasCommand({ FunctionName, Name }));
        for (const { lambda } of [platforms.one, platforms.two])
          await eventually(
            async () => await invoke(lambda, FunctionName, {}, { Qualifier: Name }),
            ({ payload }) => payload === (FunctionVersion === '1' ? 'one' : 'two'),
          );
      }
    });

    test('keep both changes of a sampling rule', async () => {
      const [one, two] = [xrayOf(platforms.one.endpoint), xrayOf(platforms.two.endpoint)];
      const lock = 'lock table xray_sampling_rules in access exclusive mode';
      const change = async (client: XRayClient, changes: SamplingRuleUpdate) =>
        await client.send(
          new UpdateSamplingRuleCommand({ SamplingRuleUpdate: { RuleName: 'Default', ...changes } }),
        );
      await meetingAt(platforms, lock, [
        async () => await change(one, { FixedRate: 0.5 }),
        async () => await change(two, { ReservoirSize: 7 }),
      ]);
      const { SamplingRuleRecords = [] } = await one.send(new GetSamplingRulesCommand({}));
      expect(SamplingRuleRecords[0]?.SamplingRule).toMatchObject({ FixedRate: 0.5, ReservoirSize: 7 });
      for (const client of [one, two]) client.destroy();
    });

    test('lose no permission, and reserve no more concurrency than there is', async () => {
      const FunctionName = 'permitted';
      await deploy(platforms.one.lambda, FunctionName, CODE);
      await deploy(platforms.one.lambda, 'other', CODE);
      for (let round = 0; round < ROUNDS; round += 1) {
        const Principal = 's3.amazonaws.com';
        const { errors } = await race(
          platforms,
          async (lambda, who) =>
            await lambda.send(
              new AddPermissionCommand({
                FunctionName,
                StatementId: `${who}-${round}`,
                Action: 'lambda:InvokeFunction',
                Principal,
              }),
            ),
        );
        expect(errors).toEqual([]);
      }
      const { Policy = '' } = await platforms.two.lambda.send(new GetPolicyCommand({ FunctionName }));
      expect((JSON.parse(Policy) as { Statement: unknown[] }).Statement).toHaveLength(2 * ROUNDS);
      // A hundred of a thousand stay with everybody else.
      const reserved = await race(
        platforms,
        async (lambda, who) =>
          await lambda.send(
            new PutFunctionConcurrencyCommand({
              FunctionName: who === 'one' ? FunctionName : 'other',
              ReservedConcurrentExecutions: 600,
            }),
          ),
      );
      expect(reserved.errors).toEqual(['InvalidParameterValueException']);
    });
  },
);
