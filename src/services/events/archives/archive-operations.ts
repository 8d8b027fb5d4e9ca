import { randomUUID } from 'node:crypto';
import type {
  Archive,
  CreateArchiveRequest,
  CreateArchiveResponse,
  DeleteArchiveRequest,
  DeleteArchiveResponse,
  DescribeArchiveRequest,
  DescribeArchiveResponse,
  ListArchivesRequest,
  ListArchivesResponse,
  UpdateArchiveRequest,
  UpdateArchiveResponse,
} from '@aws-sdk/client-eventbridge';
import { pageOf } from '../../../aws/list-page.ts';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { type BusName, busArn, parseBus } from '../buses/stored-bus.ts';
import type { EventsDependencies } from '../events-dependencies.ts';
import {
  alreadyExists,
  archiveDoesNotExist,
  badParameter,
  badToken,
  busDoesNotExist,
  notBuilt,
  validation,
} from '../events-errors.ts';
import { checkPattern } from '../rules/put-rule.ts';
import { changeArchive, deleteArchiveRow, insertArchive } from './archive-rows.ts';
import { measureArchive, removeArchived } from './archived-events.ts';
import {
  archiveArn,
  archiveChange,
  keptSinceMs,
  type LiveArchive,
  type StoredArchive,
} from './stored-archive.ts';

/** In one transaction. */
const MOST_REMOVED = 1_000;

/** Keeps what is put on a bus from now on. */
export function createArchive(
  deps: EventsDependencies,
): OperationHandler<CreateArchiveRequest, CreateArchiveResponse> {
  return async (input, context) => {
    const wanted = checked(input);
    const name = input.ArchiveName ?? '';
    const archive: StoredArchive = {
      accountId: context.accountId,
      region: context.region,
      name,
      id: randomUUID(),
      bus: ownBus(deps, input.EventSourceArn ?? '', context),
      retentionDays: 0,
      ...wanted,
      createdAtMs: deps.clock.now(),
    };
    await deps.store.write(async (tx, announce) => {
      if (!(await insertArchive(tx, archive))) throw alreadyExists(`Archive ${name}`);
      announce(archiveChange(archive, archive));
    });
    return answerOf(archive);
  };
}

export function updateArchive(
  deps: EventsDependencies,
): OperationHandler<UpdateArchiveRequest, UpdateArchiveResponse> {
  return async (input, context) => {
    const wanted = checked(input);
    const archive = archiveOf(deps, input.ArchiveName, context);
    const { accountId, region, name } = archive;
    await removeExpired(deps, archive);
    return answerOf(
      await changeArchive(deps.store, { accountId, region, name }, (before) => ({ ...before, ...wanted })),
    );
  };
}

/** What is too old by the rules of now: a longer time would bring it back. */
async function removeExpired({ store, clock }: EventsDependencies, archive: StoredArchive): Promise<void> {
  const beforeMs = keptSinceMs(archive, clock.now());
  let hasMore = beforeMs > 0;
  while (hasMore) {
    hasMore = await store.write(async (tx) => await removeArchived(tx, archive.id, beforeMs, MOST_REMOVED));
  }
}

export function deleteArchive(
  deps: EventsDependencies,
): OperationHandler<DeleteArchiveRequest, DeleteArchiveResponse> {
  return async (input, context) => {
    const { accountId, region, name } = archiveOf(deps, input.ArchiveName, context);
    await deleteArchiveRow(deps.store, { accountId, region, name }, deps.clock.now());
    return {};
  };
}

export function describeArchive(
  deps: EventsDependencies,
): OperationHandler<DescribeArchiveRequest, DescribeArchiveResponse> {
  return async (input, context) => {
    const archive = archiveOf(deps, input.ArchiveName, context);
    return {
      ...(await shown(deps, archive)),
      ArchiveArn: archiveArn(archive),
      ...(archive.description !== undefined && { Description: archive.description }),
      ...(archive.eventPattern !== undefined && { EventPattern: archive.eventPattern }),
    };
  };
}

export function listArchives(
  deps: EventsDependencies,
): OperationHandler<ListArchivesRequest, ListArchivesResponse> {
  return async (input, { accountId, region }) => {
    const { NamePrefix: prefix, EventSourceArn: source, State: state } = input;
    if ([prefix, source, state].filter((filter) => filter !== undefined).length > 1)
      throw validation(
        'At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or NamePrefix.',
      );
    const all = [...deps.directory.archives()]
      .filter((archive) => archive.accountId === accountId && archive.region === region)
      .filter(({ name }) => name.startsWith(prefix ?? ''))
      .filter(({ bus }) => source === undefined || busArn(bus) === source)
      // Every archive is enabled.
      .filter(() => state === undefined || state === 'ENABLED')
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const { page, more } = pageOf(
      all,
      ({ name }) => name,
      {
        limit: input.Limit,
        token: input.NextToken,
      },
      badToken,
    );
    return {
      Archives: await Promise.all(page.map(async (archive) => await shown(deps, archive))),
      ...more,
    };
  };
}

/** @throws ResourceNotFoundException */
function archiveOf(
  deps: EventsDependencies,
  name: string | undefined,
  { accountId, region }: RequestContext,
): LiveArchive {
  const archive = deps.directory.archive({ accountId, region, name: name ?? '' });
  if (archive === undefined) throw archiveDoesNotExist(name ?? '');
  return archive;
}

/** A bus is archived by its own account. */
function ownBus(deps: EventsDependencies, arn: string, context: RequestContext): BusName {
  if (!arn.includes(':event-bus/')) throw badParameter('EventSourceArn', 'Must contain an event bus ARN.');
  const { accountId, region, name } = parseBus(arn, context);
  const isOwn = accountId === context.accountId && region === context.region;
  if (!isOwn || deps.directory.bus({ accountId, region, name }) === undefined) throw busDoesNotExist(name);
  return { accountId, region, name };
}

/** What a request wants an archive to be. @throws InvalidEventPatternException, ValidationException */
function checked(input: CreateArchiveRequest | UpdateArchiveRequest) {
  const { Description: description, EventPattern: eventPattern, RetentionDays: retentionDays } = input;
  if ((input.KmsKeyIdentifier ?? '') !== '') throw notBuilt('KmsKeyIdentifier');
  if (eventPattern !== undefined) checkPattern(eventPattern);
  return {
    ...(description !== undefined && { description }),
    ...(eventPattern !== undefined && { eventPattern }),
    ...(retentionDays !== undefined && { retentionDays }),
  };
}

function answerOf(archive: StoredArchive): CreateArchiveResponse {
  return {
    ArchiveArn: archiveArn(archive),
    State: 'ENABLED',
    CreationTime: new Date(archive.createdAtMs),
  };
}

async function shown(deps: EventsDependencies, archive: StoredArchive): Promise<Archive> {
  const { count, bytes } = await measureArchive(deps.store.db, archive, deps.clock.now());
  return {
    ArchiveName: archive.name,
    EventSourceArn: busArn(archive.bus),
    State: 'ENABLED',
    RetentionDays: archive.retentionDays,
    SizeBytes: bytes,
    EventCount: count,
    CreationTime: new Date(archive.createdAtMs),
  };
}
