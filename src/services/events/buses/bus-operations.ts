import type {
  CreateEventBusRequest,
  CreateEventBusResponse,
  DeleteEventBusRequest,
  DescribeEventBusRequest,
  DescribeEventBusResponse,
  EventBus,
  ListEventBusesRequest,
  ListEventBusesResponse,
  UpdateEventBusRequest,
  UpdateEventBusResponse,
} from '@aws-sdk/client-eventbridge';
import { pageOf } from '../../../aws/list-page.ts';
import type { OperationHandler } from '../../../aws/service.ts';
import type { EventsDependencies } from '../events-dependencies.ts';
import {
  alreadyExists,
  badParameter,
  badToken,
  busDoesNotExist,
  notBuilt,
  validation,
} from '../events-errors.ts';
import { withTags } from '../tags.ts';
import { admit } from './bus-access.ts';
import { changeBus, insertBus } from './bus-rows.ts';
import { busArn, busChange, DEFAULT_BUS, parseBus, type StoredBus } from './stored-bus.ts';

function refuseNotBuilt(input: CreateEventBusRequest | UpdateEventBusRequest): void {
  if ('EventSourceName' in input && input.EventSourceName !== undefined)
    throw notBuilt('partner event sources');
  // An empty text is AWS's own key, and no log is what every bus has.
  if ((input.KmsKeyIdentifier ?? '') !== '') throw notBuilt('KmsKeyIdentifier');
  if (input.DeadLetterConfig !== undefined) throw notBuilt('DeadLetterConfig of an event bus');
  if ((input.LogConfig?.Level ?? 'OFF') !== 'OFF') throw notBuilt('LogConfig');
}

export function createEventBus(
  deps: EventsDependencies,
): OperationHandler<CreateEventBusRequest, CreateEventBusResponse> {
  return async (input, { accountId, region }) => {
    refuseNotBuilt(input);
    const name = input.Name ?? '';
    if (name === DEFAULT_BUS || !/^[A-Za-z0-9._-]{1,256}$/.test(name)) throw badParameter('Name');
    const nowMs = deps.clock.now();
    const bus: StoredBus = {
      accountId,
      region,
      name,
      ...(input.Description !== undefined && { description: input.Description }),
      tags: withTags({}, input.Tags ?? []),
      createdAtMs: nowMs,
      modifiedAtMs: nowMs,
    };
    await deps.store.write(async (tx, announce) => {
      if (!(await insertBus(tx, bus))) throw alreadyExists(`Event bus ${name}`);
      announce(busChange(bus, bus));
    });
    return {
      EventBusArn: busArn(bus),
      ...(bus.description !== undefined && { Description: bus.description }),
    };
  };
}

/** Deletes a bus with its rules; one that is not there is as good. */
export function deleteEventBus(deps: EventsDependencies): OperationHandler<DeleteEventBusRequest, undefined> {
  return async (input, context) => {
    const bus = parseBus(input.Name, context);
    if (bus.accountId !== context.accountId) throw busDoesNotExist(bus.name);
    if (bus.name === DEFAULT_BUS) throw validation(`Cannot delete event bus ${DEFAULT_BUS}.`);
    // On AWS an archive is a managed rule of its bus.
    const rules = [...deps.directory.rulesOf(bus), ...deps.directory.archivesOf(bus)];
    if (rules.length > 0) throw validation("Event bus can't be deleted since it has rules.");
    await deps.store.write(async (tx, announce) => {
      await tx
        .deleteFrom('events_buses')
        .where('account_id', '=', bus.accountId)
        .where('region', '=', bus.region)
        .where('name', '=', bus.name)
        .execute();
      announce(busChange(bus));
    });
    return undefined;
  };
}

export function updateEventBus(
  deps: EventsDependencies,
): OperationHandler<UpdateEventBusRequest, UpdateEventBusResponse> {
  return async (input, context) => {
    refuseNotBuilt(input);
    const name = admit(deps, input.Name, context, 'UpdateEventBus');
    const after = await changeBus(deps.store, name, ({ description: before, ...bus }) => {
      const wanted = input.Description ?? before;
      return { ...bus, ...(wanted !== undefined && { description: wanted }), modifiedAtMs: deps.clock.now() };
    });
    return {
      Arn: busArn(after),
      Name: after.name,
      ...(after.description !== undefined && { Description: after.description }),
    };
  };
}

export function describeEventBus(
  deps: EventsDependencies,
): OperationHandler<DescribeEventBusRequest, DescribeEventBusResponse> {
  return (input, context) => shown(admit(deps, input.Name, context, 'DescribeEventBus'));
}

export function listEventBuses(
  deps: EventsDependencies,
): OperationHandler<ListEventBusesRequest, ListEventBusesResponse> {
  return (input, { accountId, region }) => {
    const all = deps.directory
      .buses(accountId, region)
      .filter(({ name }) => name.startsWith(input.NamePrefix ?? ''));
    const { page, more } = pageOf(
      all,
      ({ name }) => name,
      {
        limit: input.Limit,
        token: input.NextToken,
      },
      badToken,
    );
    return { EventBuses: page.map(shown), ...more };
  };
}

function shown(bus: StoredBus): EventBus {
  const { name, description, policy, createdAtMs, modifiedAtMs } = bus;
  return {
    Name: name,
    Arn: busArn(bus),
    ...(description !== undefined && { Description: description }),
    ...(policy !== undefined && { Policy: policy }),
    CreationTime: new Date(createdAtMs),
    LastModifiedTime: new Date(modifiedAtMs),
  };
}
