import { arch } from 'node:os';
import { join } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Endpoint } from '../../src/aws/endpoint.ts';
import { Listener } from '../../src/aws/listener.ts';
import type { ServiceDefinition } from '../../src/aws/service.ts';
import { parseConfig } from '../../src/config.ts';
import { MovableClock } from '../../src/model/clock.ts';
import { Address } from '../../src/platform/address.ts';
import { claimDataDirectory } from '../../src/platform/data-directory.ts';
import { buildExecution } from '../../src/platform/execution.ts';
import { openIdentity } from '../../src/platform/identity.ts';
import { InsideDoor } from '../../src/platform/inside-door.ts';
import { chooseIsolation } from '../../src/platform/isolation.ts';
import { openState } from '../../src/platform/state.ts';
import { Warnings } from '../../src/platform/warnings.ts';
import { createLambdaService } from '../../src/services/lambda/lambda-service.ts';
import { createKinesisService } from '../../src/services/kinesis/kinesis-service.ts';
import { createS3Service } from '../../src/services/s3/s3-service.ts';
import { createSqsService } from '../../src/services/sqs/sqs-service.ts';
import { createPlatformLog } from '../../src/telemetry/platform-log.ts';
import { CODE_OBJECT, DEAD_LETTERS, STREAM } from './function-requests.ts';
import { ECHO } from './lambda-requests.ts';
import { whenActive } from './streams.ts';
import { ObservedInput } from './observed-input.ts';
import { zipOf } from './zip.ts';

/** A request that was answered with success, and the fields that were asked for by name on the way. */
export interface Observation {
  readonly operation: string;
  readonly input: object;
  readonly read: ReadonlySet<string>;
  readonly output: unknown;
}

export interface ObservedServer {
  readonly lambda: LambdaClient;
  /** Oldest first. */
  readonly observations: readonly Observation[];
  stop(): Promise<void>;
}

/** Lambda's API in this process, made of the platform's own parts, with every operation's input observed. */
export async function startObservedServer(): Promise<ObservedServer> {
  const config = parseConfig(['--port', '0', '--ephemeral'], {}, process.cwd());
  const log = createPlatformLog({ level: 'error', json: false });
  const warnings = new Warnings(log);
  const clock = new MovableClock();
  const inside = new InsideDoor();
  const directory = await claimDataDirectory(config.dataDir, config.ephemeral);
  const isolation = chooseIsolation(config, join(directory.path, 'cache'), warnings, inside, clock);
  const state = await openState(config, directory, clock, warnings);
  const identity = await openIdentity(config, state.store, clock, warnings);
  const site = {
    config,
    log,
    warnings,
    address: new Address(config),
    identity,
    clock,
    state,
    inside,
    isolation,
  };
  const execution = await buildExecution(site);
  const observations: Observation[] = [];
  const service = createLambdaService({
    ...execution,
    sources: {
      queues: execution.queues.consumer,
      streams: execution.streams.consumer,
      roles: identity.serviceRoles,
    },
    objects: execution.messaging.objects.reader,
    identities: identity.policies,
    roles: identity.roles,
    store: state.store,
    clock,
    codeLocation: () => 'http://127.0.0.1/code',
    concurrentExecutions: config.concurrency,
    codeStorageLimitBytes: config.codeStorageMb * 1_048_576,
    blocksPublicPolicies: false,
    warn: () => {},
    provisionedStatus: (qualifiedArn) => execution.provisioned.status(qualifiedArn),
    urlAuthType: (qualifiedArn) => execution.functionUrls.authTypeOf(qualifiedArn),
    machineArchitecture: arch() === 'arm64' ? 'arm64' : 'x86_64',
  });
  const endpoint = new Endpoint({
    services: [
      observed(service, observations),
      createSqsService(execution.queues),
      createKinesisService(execution.streams),
      createS3Service(execution.messaging.objects),
    ],
    defaultAccountId: config.accountId,
    defaultRegion: config.region,
    auth: 'open',
    now: () => clock.now(),
    onInternalError: (error) => log.error(`An operation failed: ${String(error)}`),
  });
  const listener = new Listener({ onRequest: (request, response) => endpoint.handle(request, response) });
  site.address.port = await listener.listen(0, '127.0.0.1');
  inside.open(site.address.port, listener);
  execution.provisioned.begin();
  await execution.events.start();
  execution.streams.start();
  await execution.eventSources.start();
  const settings = {
    endpoint: `http://127.0.0.1:${site.address.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const lambda = new LambdaClient(settings);
  const sqs = new SQSClient(settings);
  await sqs.send(new CreateQueueCommand({ QueueName: DEAD_LETTERS }));
  sqs.destroy();
  const kinesis = new KinesisClient(settings);
  await kinesis.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: 1 }));
  await whenActive(kinesis, STREAM);
  kinesis.destroy();
  await storeCode(settings);
  return {
    lambda,
    observations,
    stop: async () => {
      lambda.destroy();
      await listener.close(1000);
      await execution.eventSources.stop();
      await execution.events.stop();
      await execution.queues.stop();
      execution.activation.stop();
      await execution.pool.close();
      await execution.isolation.driver.close();
      await execution.activation.settled();
      await state.close();
    },
  };
}

/** A package that functions and layers are made from. */
async function storeCode(settings: ConstructorParameters<typeof S3Client>[0]): Promise<void> {
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const { S3Bucket: Bucket, S3Key: Key } = CODE_OBJECT;
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: await zipOf({ 'index.js': ECHO }) }));
  s3.destroy();
}

function observed(service: ServiceDefinition, observations: Observation[]): ServiceDefinition {
  const operations = Object.entries(service.operations).map(([operation, handler]) => {
    const observing: typeof handler = async (input: object, context) => {
      const observation = new ObservedInput(input);
      const output = await handler(observation.input, context);
      observations.push({ operation, input, read: observation.read, output });
      return output;
    };
    return [operation, observing] as const;
  });
  return { ...service, operations: Object.fromEntries(operations) };
}
