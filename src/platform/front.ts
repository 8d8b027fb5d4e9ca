import { arch } from 'node:os';
import { Callers } from '../aws/callers.ts';
import { Endpoint } from '../aws/endpoint.ts';
import { AdminRoutes } from '../front-doors/admin/admin-routes.ts';
import { CodeDownloads } from '../front-doors/admin/code-downloads.ts';
import { FunctionUrls } from '../front-doors/function-urls/function-urls.ts';
import { UrlAccess } from '../front-doors/function-urls/url-access.ts';
import { isFunctionUrl } from '../front-doors/function-urls/url-address.ts';
import { createApplicationAutoscalingService } from '../services/application-autoscaling/application-autoscaling-service.ts';
import { createEventsService } from '../services/events/events-service.ts';
import { createLambdaService } from '../services/lambda/lambda-service.ts';
import { createLogsService } from '../services/logs/logs-service.ts';
import { createSchedulerService } from '../services/scheduler/scheduler-service.ts';
import { createSnsService } from '../services/sns/sns-service.ts';
import { createSqsService } from '../services/sqs/sqs-service.ts';
import type { Execution } from './execution.ts';
import type { Site } from './site.ts';
import { scalableCapacity } from './scalable-capacity.ts';
import { adminAuthorization } from './admin-authorization.ts';
import { healthOf } from './health.ts';
import { identityOf, type Identity } from './identity.ts';
import { resetOf } from './reset.ts';
import { adminRuntimes } from './runtime-administration.ts';
import { SharedClock } from './workers/shared-clock.ts';

/** What answers on the port: the AWS services, and the platform's own routes. */
export function buildFront({ execution, ...site }: Site & { readonly execution: Execution }) {
  const { config, log, keyring, clock, state } = site;
  const { store, segments } = state;
  const codeDownloads = new CodeDownloads(store.blobs, clock);
  const services = [
    createLambdaService({
      store,
      clock,
      invoker: execution.invoker,
      events: execution.events,
      policies: execution.policies,
      targets: execution.targets,
      runtimes: execution.runtimes,
      codeLocation: (origin, { codeSha256 }) => codeDownloads.location(origin, codeSha256),
      concurrentExecutions: config.concurrency,
      codeStorageLimitBytes: config.codeStorageMb * 1_048_576,
      warn: (message) => log.warn(message),
      provisionedStatus: (qualifiedArn) => execution.provisioned.status(qualifiedArn),
      machineArchitecture: arch() === 'arm64' ? 'arm64' : 'x86_64',
    }),
    createLogsService({ store, segments, clock }),
    createApplicationAutoscalingService({
      store,
      clock,
      capacity: scalableCapacity({ store, clock, config }, execution.provisioned),
      onError: (error) => log.error(`Scaling provisioned concurrency failed: ${String(error)}`),
    }),
    createSqsService(execution.queues),
    createSnsService(execution.messaging.topics),
    createEventsService(execution.messaging.buses),
    createSchedulerService(execution.messaging.scheduler),
  ];
  const admin = buildAdmin({ ...site, execution }, codeDownloads);
  const identity = identityOf(config, keyring, clock);
  const endpoint = new Endpoint({
    services,
    ...identity,
    ...(config.publicHost === undefined ? {} : { publicHost: config.publicHost }),
    userTraffic: functionUrls({ ...site, execution }, identity),
    localRoutes: (request, response, path) => admin.handle(request, response, path),
    onInternalError: (error, context) =>
      log.error(`${context.service}:${context.operation} failed`, {
        error: error instanceof Error ? error.stack : error,
      }),
  });
  const functionRoutes: typeof admin.handle = (...request) => admin.handleFunction(...request);
  return { endpoint, functionRoutes };
}

function functionUrls({ execution, clock, log }: Site & { readonly execution: Execution }, who: Identity) {
  const { functionUrls: directory, policies, invoker } = execution;
  const access = new UrlAccess({ ...who, policies, callers: new Callers(who) });
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
  const { pool, runtimes, messaging, workers } = site.execution;
  return new AdminRoutes({
    codeDownloads,
    runtimes: adminRuntimes(runtimes, warnings, adminAuthorization(config, clock)),
    health: healthOf(site),
    certificate: async (path) => await messaging.topics.signer.certificateAt(path),
    environments: async () => [
      ...pool.factory.records.all(),
      ...((await workers?.facts())?.environments ?? []),
    ],
    reset: config.ephemeral || config.allowReset ? resetOf(site) : undefined,
    clock: workers === undefined ? clock : new SharedClock(clock, () => workers.shareClock()),
    onError: (error) => log.error(`An admin route failed: ${String(error)}`),
  });
}
