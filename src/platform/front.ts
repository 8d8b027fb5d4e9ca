import { arch } from 'node:os';
import { authorization } from '../aws/authorization.ts';
import { Callers } from '../aws/callers.ts';
import { Endpoint } from '../aws/endpoint.ts';
import type { ServiceDefinition } from '../aws/service.ts';
import { AdminRoutes } from '../front-doors/admin/admin-routes.ts';
import { CodeDownloads } from '../front-doors/admin/code-downloads.ts';
import { FunctionUrls } from '../front-doors/function-urls/function-urls.ts';
import { UrlAccess } from '../front-doors/function-urls/url-access.ts';
import { isFunctionUrl } from '../front-doors/function-urls/url-address.ts';
import type { CallerIdentity } from '../model/identity/caller-identity.ts';
import { createApplicationAutoscalingService } from '../services/application-autoscaling/application-autoscaling-service.ts';
import { ScalingRunner } from '../services/application-autoscaling/scaling-runner.ts';
import { createDynamodbService } from '../services/dynamodb/dynamodb-service.ts';
import { createDynamodbStreamsService } from '../services/dynamodb/streams/dynamodb-streams-service.ts';
import { createEventsService } from '../services/events/events-service.ts';
import { createLambdaService } from '../services/lambda/lambda-service.ts';
import { createIamService } from '../services/iam/iam-service.ts';
import { createKinesisService } from '../services/kinesis/kinesis-service.ts';
import { createLogsService } from '../services/logs/logs-service.ts';
import { createSchedulerService } from '../services/scheduler/scheduler-service.ts';
import { createS3Service } from '../services/s3/s3-service.ts';
import { createSnsService } from '../services/sns/sns-service.ts';
import { createSqsService } from '../services/sqs/sqs-service.ts';
import { createStsService } from '../services/sts/sts-service.ts';
import { createXrayService } from '../services/xray/xray-service.ts';
import type { Execution } from './execution.ts';
import type { Site } from './site.ts';
import { scalableCapacity } from './scalable-capacity.ts';
import { adminAuthorization } from './admin-authorization.ts';
import { eventListing } from './event-listing.ts';
import { healthOf } from './health.ts';
import type { Identity, Who } from './identity.ts';
import { amongOthers } from './other-platforms.ts';
import { resetOf } from './reset.ts';
import { adminRuntimes } from './runtime-administration.ts';
import { SharedClock } from './workers/shared-clock.ts';

/** What answers on the port: the AWS services, and the platform's own routes. */
export function buildFront({ execution, ...site }: Site & { readonly execution: Execution }) {
  const { config, log, identity, clock, state } = site;
  const { store, segments } = state;
  const codeDownloads = new CodeDownloads(store.blobs, clock, identity.sessionKey);
  const autoscaling = {
    store,
    clock,
    owner: execution.owner,
    capacity: scalableCapacity({ store, clock, config }, execution.provisioned),
    onError: (error: unknown) => log.error(`Scaling provisioned concurrency failed: ${String(error)}`),
  };
  const own = [
    lambdaService({ ...site, execution }, codeDownloads),
    createLogsService({ store, segments, clock }),
    createApplicationAutoscalingService(autoscaling, execution.scalableTargets),
    ...aroundFunctions(execution),
    createIamService({ store, clock, directory: identity.directory, isStrict: identity.policies.isStrict }),
    createStsService({
      clock,
      identities: stsIdentities(identity),
      issue: (claims) => identity.credentials.issue(claims),
    }),
  ];
  const services = store.others === undefined ? own : amongOthers(own, store.others);
  const admin = buildAdmin({ ...site, execution }, codeDownloads);
  const { who, policies } = identity;
  const endpoint = new Endpoint({
    services,
    ...who,
    authorize: policies.isStrict ? authorization(services, policies, who.now) : undefined,
    ...(config.publicHost === undefined ? {} : { publicHost: config.publicHost }),
    crossOrigin: execution.messaging.objects.pages,
    userTraffic: functionUrls({ ...site, execution }, who),
    localRoutes: (request, response, path) => admin.handle(request, response, path),
    onInternalError: (error, { service, operation }) =>
      log.error(`${service}:${operation} failed`, { error: error instanceof Error ? error.stack : error }),
  });
  const functionRoutes: typeof admin.handle = (...request) => admin.handleFunction(...request);
  return { endpoint, functionRoutes, autoscaling: new ScalingRunner(autoscaling) };
}

/** Lambda's API, with what it needs of the rest. */
function lambdaService(
  { execution, config, log, identity, clock, state: { store } }: Site & { readonly execution: Execution },
  codeDownloads: CodeDownloads,
): ServiceDefinition {
  return createLambdaService({
    store,
    clock,
    invoker: execution.invoker,
    events: execution.events,
    policies: execution.policies,
    identities: identity.policies,
    roles: identity.roles,
    objects: execution.messaging.objects.reader,
    targets: execution.targets,
    sources: {
      queues: execution.queues.consumer,
      streams: execution.streamConsumer,
      roles: identity.serviceRoles,
    },
    runtimes: execution.runtimes,
    codeLocation: (origin, { codeSha256 }) => codeDownloads.location(origin, codeSha256),
    concurrentExecutions: config.concurrency,
    codeStorageLimitBytes: config.codeStorageMb * 1_048_576,
    blocksPublicPolicies: config.blockPublicPolicies,
    warn: (message) => log.warn(message),
    provisionedStatus: (qualifiedArn) => execution.provisioned.status(qualifiedArn),
    urlAuthType: (qualifiedArn) => execution.functionUrls.authTypeOf(qualifiedArn),
    machineArchitecture: arch() === 'arm64' ? 'arm64' : 'x86_64',
  });
}

/** What keeps data and passes it on. */
function aroundFunctions({ queues, streams, tables, messaging, xray }: Execution): ServiceDefinition[] {
  return [
    createSqsService(queues),
    createS3Service(messaging.objects),
    createKinesisService(streams),
    createDynamodbService(tables),
    createDynamodbStreamsService(tables),
    createSnsService(messaging.topics),
    createEventsService(messaging.buses),
    createSchedulerService(messaging.scheduler),
    createXrayService(xray),
  ];
}

/** What STS asks of who there is. */
function stsIdentities({ directory, policies }: Identity) {
  return {
    isStrict: policies.isStrict,
    policiesOf: (caller: CallerIdentity) => policies.policiesOf(caller),
    findRole: (accountId: string, name: string) => directory.find('role', accountId, name),
    hasPolicy: (arn: string, accountId: string) => directory.hasPolicy(arn, accountId),
  };
}

function functionUrls(
  { execution, clock, log, identity }: Site & { readonly execution: Execution },
  who: Who,
) {
  const { functionUrls: directory, policies, invoker } = execution;
  const access = new UrlAccess({
    ...who,
    policies,
    identities: identity.policies,
    callers: new Callers(who),
  });
  const urls = new FunctionUrls({
    directory,
    access,
    invoker,
    clock,
    onError: (error) => log.error(`A function URL failed: ${String(error)}`),
  });
  return {
    owns: isFunctionUrl,
    handle: urls.handle.bind(urls),
  };
}

function buildAdmin(
  site: Site & { readonly execution: Execution },
  codeDownloads: CodeDownloads,
): AdminRoutes {
  const { config, log, warnings, clock } = site;
  const { pool, runtimes, messaging, workers, eventSources } = site.execution;
  const reset = resetOf(site);
  return new AdminRoutes({
    codeDownloads,
    runtimes: adminRuntimes(runtimes, warnings),
    health: healthOf(site),
    certificate: async (path) => await messaging.topics.signer.certificateAt(path),
    environments: async () => [
      ...pool.factory.records.all(),
      ...((await workers?.facts())?.environments ?? []),
    ],
    mappings: () => eventSources.reports(),
    events: eventListing(config, site.state.store),
    reset: config.ephemeral || config.allowReset ? reset : undefined,
    clock: workers === undefined ? clock : new SharedClock(clock, () => workers.shareClock()),
    authorize: adminAuthorization(config),
    onError: (error) => log.error(`An admin route failed: ${String(error)}`),
  });
}
