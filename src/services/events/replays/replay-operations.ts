import type {
  CancelReplayRequest,
  CancelReplayResponse,
  DescribeReplayRequest,
  DescribeReplayResponse,
  ListReplaysRequest,
  ListReplaysResponse,
  Replay,
} from '@aws-sdk/client-eventbridge';
import { pageOf } from '../../../aws/list-page.ts';
import type { OperationHandler } from '../../../aws/service.ts';
import { archiveArn } from '../archives/stored-archive.ts';
import { busArn } from '../buses/stored-bus.ts';
import type { EventsDependencies } from '../events-dependencies.ts';
import { badToken, illegalStatus, replayDoesNotExist, validation } from '../events-errors.ts';
import { lockReplay, readReplay, readReplays, writeReplay } from './replay-rows.ts';
import { replayArn, replayChange, type StoredReplay } from './stored-replay.ts';

/** Stops a replay after its present step; what it has put on the bus stays there. */
export function cancelReplay(
  deps: EventsDependencies,
): OperationHandler<CancelReplayRequest, CancelReplayResponse> {
  return async (input, { accountId, region }) => {
    const name = { accountId, region, name: input.ReplayName ?? '' };
    await deps.store.write(async (tx, announce) => {
      const before = await lockReplay(deps.store, tx, name);
      if (before === undefined) throw replayDoesNotExist(name.name);
      if (before.state !== 'STARTING' && before.state !== 'RUNNING')
        throw illegalStatus(`Replay ${name.name}`);
      const after: StoredReplay = { ...before, state: 'CANCELLING' };
      await writeReplay(tx, after);
      announce(replayChange(after));
    });
    return { ReplayArn: replayArn(name), State: 'CANCELLING' };
  };
}

export function describeReplay(
  deps: EventsDependencies,
): OperationHandler<DescribeReplayRequest, DescribeReplayResponse> {
  return async (input, { accountId, region }) => {
    const name = input.ReplayName ?? '';
    const replay = await readReplay(deps.store.db, { accountId, region, name });
    if (replay === undefined) throw replayDoesNotExist(name);
    const { description, bus, ruleArns = [] } = replay;
    return {
      ...shown(replay),
      ReplayArn: replayArn(replay),
      ...(description !== undefined && { Description: description }),
      Destination: { Arn: busArn(bus), FilterArns: [...ruleArns] },
    };
  };
}

export function listReplays(
  deps: EventsDependencies,
): OperationHandler<ListReplaysRequest, ListReplaysResponse> {
  return async (input, { accountId, region }) => {
    const { NamePrefix: prefix, EventSourceArn: source, State: state } = input;
    if ([prefix, source, state].filter((filter) => filter !== undefined).length > 1)
      throw validation(
        'At most one filter is allowed for ListReplays. Use either : State, EventSourceArn, or NamePrefix.',
      );
    const all = (await readReplays(deps.store.db, accountId, region))
      .filter(({ name }) => name.startsWith(prefix ?? ''))
      .filter(({ archive }) => source === undefined || archiveArn(archive) === source)
      .filter((replay) => state === undefined || replay.state === state);
    const { page, more } = pageOf(
      all,
      ({ name }) => name,
      {
        limit: input.Limit,
        token: input.NextToken,
      },
      badToken,
    );
    return { Replays: page.map(shown), ...more };
  };
}

function shown(replay: StoredReplay): Replay {
  const { stateReason, lastEventMs, endedAtMs } = replay;
  return {
    ReplayName: replay.name,
    EventSourceArn: archiveArn(replay.archive),
    State: replay.state,
    ...(stateReason !== undefined && { StateReason: stateReason }),
    EventStartTime: new Date(replay.fromMs),
    EventEndTime: new Date(replay.untilMs),
    ...(lastEventMs !== undefined && { EventLastReplayedTime: new Date(lastEventMs) }),
    ReplayStartTime: new Date(replay.startedAtMs),
    ...(endedAtMs !== undefined && { ReplayEndTime: new Date(endedAtMs) }),
  };
}
