import {
  AddPermissionCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetPolicyCommand,
  PublishVersionCommand,
  type PublishVersionCommandInput,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, deploy, refusal, uniqueName, updated, UUID } from '../../support/lambda-requests.ts';
import { ROLE, startServer, type TestServer } from '../../support/server.ts';
import {
  changeCode,
  configurationOf,
  createAlias,
  deployVersions,
  publish,
  publishCode,
  meanwhile,
  slowToUnpack,
} from '../../support/versions.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(input: PublishVersionCommandInput): ReturnType<typeof refusal> {
  return await refusal(server.lambda.send(new PublishVersionCommand(input)));
}

const CONFLICT = { name: 'ResourceConflictException', status: 409, type: 'User' };

describe('PublishVersion', () => {
  test('answers with the whole configuration, active at once [first] [answer]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const latest = await configurationOf(server.lambda, FunctionName);
    const { $metadata, ...version } = await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    expect($metadata.httpStatusCode).toBe(201);
    expect(version).toEqual({
      ...latest,
      FunctionArn: `${FunctionArn}:1`,
      Version: '1',
      RevisionId: expect.stringMatching(UUID),
      State: 'Active',
      LastUpdateStatus: 'Successful',
    });
    expect(version.RevisionId).not.toBe(latest.RevisionId);
    expect(await configurationOf(server.lambda, FunctionName, '1')).toEqual(version);
  });

  test('counts on, also past versions that are gone [first] [never-reused]', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 2);
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '2' }));
    expect((await publishCode(server.lambda, FunctionName, 'third')).Version).toBe('3');
  });

  test('describes the version, not the function [description]', async () => {
    const { FunctionName } = await deploy(server.lambda, { Description: 'of $LATEST' });
    const own = await publish(server.lambda, { FunctionName, Description: 'of version 1' });
    expect(own.Description).toBe('of version 1');
    expect((await configurationOf(server.lambda, FunctionName)).Description).toBe('of $LATEST');
    expect((await publishCode(server.lambda, FunctionName, 'next')).Description).toBe('of $LATEST');
  });

  test('copies what later changes do not reach [immutable] [changed-configuration]', async () => {
    const { FunctionName } = await deploy(server.lambda, { Environment: { Variables: { COLOUR: 'blue' } } });
    const first = await publish(server.lambda, { FunctionName });
    await server.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName,
        MemorySize: 256,
        Environment: { Variables: { COLOUR: 'red' } },
      }),
    );
    await updated(server.lambda, FunctionName);
    const second = await publish(server.lambda, { FunctionName });
    expect(second).toMatchObject({ Version: '2', MemorySize: 256, CodeSha256: first.CodeSha256 });
    await changeCode(server.lambda, FunctionName, 'changed');
    expect(await configurationOf(server.lambda, FunctionName, '1')).toEqual(first);
    expect(await configurationOf(server.lambda, FunctionName, '2')).toEqual(second);
  });

  test('returns the version there is when nothing changed [unchanged] [unchanged-description]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const first = await publish(server.lambda, { FunctionName, Description: 'one' });
    expect(await publish(server.lambda, { FunctionName })).toEqual(first);
    expect(await publish(server.lambda, { FunctionName, Description: 'another' })).toEqual(first);
  });

  test('takes an update that changes nothing for none [unchanged]', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 1);
    await changeCode(server.lambda, FunctionName, '1');
    expect((await publish(server.lambda, { FunctionName })).Version).toBe('1');
  });

  test('compares with the newest version only [changed-back]', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 2);
    expect((await publishCode(server.lambda, FunctionName, '1')).Version).toBe('3');
  });

  test('publishes the code the caller expects, no other [code-sha256] [other-code-sha256]', async () => {
    const { FunctionName, CodeSha256 = '' } = await deploy(server.lambda);
    expect(await refused({ FunctionName, CodeSha256: 'b3RoZXI=' })).toEqual({
      name: 'InvalidParameterValueException',
      message: `CodeSHA256 (b3RoZXI=) is different from current CodeSHA256 in $LATEST (${CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
      status: 400,
      type: 'User',
    });
    expect((await publish(server.lambda, { FunctionName, CodeSha256 })).Version).toBe('1');
  });

  test('wants the newest revision when it is told one [revision] [stale-revision]', async () => {
    const { FunctionName, RevisionId: stale = '' } = await deploy(server.lambda);
    expect(await refused({ FunctionName, RevisionId: stale })).toEqual({
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
      status: 412,
      type: 'User',
    });
    const { RevisionId = '' } = await configurationOf(server.lambda, FunctionName);
    expect((await publish(server.lambda, { FunctionName, RevisionId })).Version).toBe('1');
  });

  test('gives $LATEST a new revision with every new version [latest-revision]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const revision = async (): Promise<unknown> =>
      (await configurationOf(server.lambda, FunctionName)).RevisionId;
    const before = await revision();
    await publish(server.lambda, { FunctionName });
    const after = await revision();
    expect(after).not.toBe(before);
    await publish(server.lambda, { FunctionName });
    expect(await revision()).toBe(after);
  });

  test('leaves the revision of the policy alone [policy-revision]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    await server.lambda.send(
      new AddPermissionCommand({
        FunctionName,
        StatementId: 's',
        Action: 'lambda:InvokeFunction',
        Principal: 's3.amazonaws.com',
      }),
    );
    const get = new GetPolicyCommand({ FunctionName });
    const { RevisionId } = await server.lambda.send(get);
    await publish(server.lambda, { FunctionName });
    expect((await server.lambda.send(get)).RevisionId).toBe(RevisionId);
    const ofVersion = new GetPolicyCommand({ FunctionName, Qualifier: '1' });
    expect(await refusal(server.lambda.send(ofVersion))).toMatchObject({ status: 404 });
  });

  test('waits for the function to be created [pending]', async () => {
    const begin = async () => {
      const input = await creation({ Code: { ZipFile: await slowToUnpack() } });
      const { FunctionName = '' } = await server.lambda.send(new CreateFunctionCommand(input));
      return { FunctionName };
    };
    const { answers } = await meanwhile(server.lambda, begin, refused);
    expect(answers).toEqual({
      ...CONFLICT,
      message:
        'The operation cannot be performed at this time. The function is currently in the following state: Pending',
    });
  });

  test('waits for updates [update-in-progress]', async () => {
    const begin = async () => {
      const { FunctionName, FunctionArn: arn } = await deploy(server.lambda);
      const ZipFile = await slowToUnpack();
      await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
      return { FunctionName, FunctionArn: arn };
    };
    const ask = async ({ FunctionName }: { FunctionName: string }) => await refused({ FunctionName });
    const { FunctionArn, answers } = await meanwhile(server.lambda, begin, ask);
    expect(answers).toEqual({
      ...CONFLICT,
      message: `The operation cannot be performed at this time. An update is in progress for resource: ${FunctionArn}`,
    });
  });

  test('makes one version of one content however many ask [concurrent]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const published = await Promise.all(
      Array.from({ length: 8 }, async () => await publish(server.lambda, { FunctionName })),
    );
    expect(new Set(published.map((version) => version.RevisionId)).size).toBe(1);
    expect(published[0]?.Version).toBe('1');
  });

  test('refuses what cannot be published [qualified] [unknown-function] [invalid-description]', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 1);
    await createAlias(server.lambda, FunctionName, 'live', '1');
    for (const qualifier of ['1', 'live']) {
      expect(await refused({ FunctionName: `${FunctionName}:${qualifier}` })).toMatchObject({
        name: 'InvalidParameterValueException',
        status: 400,
      });
    }
    const missing = uniqueName();
    expect(await refused({ FunctionName: missing })).toEqual({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${missing}`,
      status: 404,
      type: 'User',
    });
    expect(await refused({ FunctionName, Description: 'x'.repeat(257) })).toMatchObject({
      name: 'ValidationException',
      message: `1 validation error detected: Value '${'x'.repeat(257)}' at 'description' failed to satisfy constraint: Member must have length less than or equal to 256`,
    });
  });

  test('refuses PublishTo for functions that are not on managed instances [publish-to]', async () => {
    const { FunctionName } = await deploy(server.lambda, { Role: ROLE });
    expect(await refused({ FunctionName, PublishTo: 'LATEST_PUBLISHED' })).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
  });
});
