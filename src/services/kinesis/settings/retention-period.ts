import type {
  DecreaseStreamRetentionPeriodInput,
  IncreaseStreamRetentionPeriodInput,
} from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { invalidArgument } from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';
import { updateStream } from '../streams/stream-rows.ts';

const SHORTEST_HOURS = 24;
const LONGEST_HOURS = 8_760;

export function increaseStreamRetentionPeriod(
  deps: KinesisDependencies,
): OperationHandler<IncreaseStreamRetentionPeriodInput, undefined> {
  return async (input, context) => {
    const stream = await admit(deps, input, context, 'IncreaseStreamRetentionPeriod');
    const hours = checkedHours(input.RetentionPeriodHours);
    await updateStream(deps.store, stream, ({ name, definition: { retentionHours: before } }) => {
      if (hours < before)
        throw invalidArgument(
          `Requested retention period (${hours} hours) for stream ${name} can not be shorter than existing ` +
            `retention period (${before} hours). Use DecreaseRetentionPeriod API.`,
        );
      return { definition: { retentionHours: hours } };
    });
    return undefined;
  };
}

/** What is older than the new period can no longer be read. */
export function decreaseStreamRetentionPeriod(
  deps: KinesisDependencies,
): OperationHandler<DecreaseStreamRetentionPeriodInput, undefined> {
  return async (input, context) => {
    const stream = await admit(deps, input, context, 'DecreaseStreamRetentionPeriod');
    const hours = checkedHours(input.RetentionPeriodHours);
    await updateStream(deps.store, stream, ({ name, definition: { retentionHours: before } }) => {
      if (hours > before)
        throw invalidArgument(
          `Requested retention period (${hours} hours) for stream ${name} can not be longer than existing ` +
            `retention period (${before} hours). Use IncreaseRetentionPeriod API.`,
        );
      return { definition: { retentionHours: hours } };
    });
    return undefined;
  };
}

function checkedHours(hours = 0): number {
  if (hours < SHORTEST_HOURS)
    throw invalidArgument(
      `Minimum allowed retention period is ${SHORTEST_HOURS} hours. Requested retention period (${hours} hours) is too short.`,
    );
  if (hours > LONGEST_HOURS)
    throw invalidArgument(
      `Maximum allowed retention period is ${LONGEST_HOURS} hours. Requested retention period (${hours} hours) is too long.`,
    );
  return hours;
}
