import type { StartReplayRequest, StartReplayResponse } from '@aws-sdk/client-eventbridge';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import type { LiveArchive } from '../archives/stored-archive.ts';
import { busArn, parseBus } from '../buses/stored-bus.ts';
import type { EventsDependencies } from '../events-dependencies.ts';
import { alreadyExists, badParameter, busDoesNotExist, limitExceeded } from '../events-errors.ts';
import { insertReplay, readReplays } from './replay-rows.ts';
import { replayArn, replayChange, type StoredReplay } from './stored-replay.ts';

/** Under way at once, of an account in a Region. */
const MOST_REPLAYS = 10;
const ARCHIVE_ARN = /^arn:aws[a-z-]*:events:([a-z0-9-]+):(\d{12}):archive\/([A-Za-z0-9._-]{1,48})$/;

/** Puts archived events on their bus again. */
export function startReplay(
  deps: EventsDependencies,
): OperationHandler<StartReplayRequest, StartReplayResponse> {
  return async (input, context) => {
    const { accountId, region } = context;
    const archive = checked(deps, input, context);
    const ruleArns = input.Destination?.FilterArns ?? [];
    const fromMs = input.EventStartTime?.getTime() ?? 0;
    const untilMs = input.EventEndTime?.getTime() ?? 0;
    if (fromMs >= untilMs) throw badParameter('EventEndTime', 'EventStartTime must be before EventEndTime.');
    const replay: StoredReplay = {
      accountId,
      region,
      name: input.ReplayName ?? '',
      ...(input.Description !== undefined && { description: input.Description }),
      archive: { accountId, region, name: archive.name },
      archiveId: archive.id,
      bus: archive.bus,
      ...(ruleArns.length > 0 && { ruleArns }),
      fromMs,
      untilMs,
      state: 'STARTING',
      position: { timeMs: fromMs, sequence: 0 },
      startedAtMs: deps.clock.now(),
    };
    const others = await readReplays(deps.store.db, accountId, region);
    if (others.filter(({ endedAtMs }) => endedAtMs === undefined).length >= MOST_REPLAYS)
      throw limitExceeded(`At most ${MOST_REPLAYS} replays can be under way at once.`);
    await deps.store.write(async (tx, announce) => {
      if (!(await insertReplay(tx, replay))) throw alreadyExists(`Replay ${replay.name}`);
      announce(replayChange(replay));
    });
    return {
      ReplayArn: replayArn(replay),
      State: 'STARTING',
      ReplayStartTime: new Date(replay.startedAtMs),
    };
  };
}

/** The archive, once source and destination fit together. @throws ValidationException, ResourceNotFoundException */
function checked(deps: EventsDependencies, input: StartReplayRequest, context: RequestContext): LiveArchive {
  const { Arn: destination = '', FilterArns: rules = [] } = input.Destination ?? {};
  if (!destination.includes(':event-bus/'))
    throw badParameter('Destination.Arn', 'Must contain an event bus ARN.');
  const bus = parseBus(destination, context);
  if (deps.directory.bus(bus) === undefined) throw busDoesNotExist(bus.name);
  const [, region, accountId, name] = ARCHIVE_ARN.exec(input.EventSourceArn ?? '') ?? [];
  if (region === undefined || accountId === undefined || name === undefined)
    throw badParameter('EventSourceArn', 'Must contain an archive ARN.');
  const isOwn = accountId === context.accountId && region === context.region;
  const archive = isOwn ? deps.directory.archive({ accountId, region, name }) : undefined;
  if (archive === undefined) throw badParameter('EventSourceArn', `Archive ${name} does not exist.`);
  if (busArn(archive.bus) !== busArn(bus))
    throw badParameter('Destination.Arn', 'Cross event bus replay is not permitted.');
  const known = new Set([...deps.directory.rulesOf(bus)].map(({ arn }) => arn));
  const missing = rules.find((arn) => !known.has(arn));
  if (missing !== undefined)
    throw badParameter('Destination.FilterArns', `Rule ${missing} does not exist on EventBus ${bus.name}.`);
  return archive;
}
