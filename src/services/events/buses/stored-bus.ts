import { type CompiledPolicy, compilePolicy } from '../../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import type { Change } from '../../../store/change-feed.ts';
import { badParameter } from '../events-errors.ts';

export const DEFAULT_BUS = 'default';

export interface BusName {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** An event bus as it is kept. */
export interface StoredBus extends BusName {
  readonly description?: string;
  /** JSON text */
  readonly policy?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

const NAME = /^[A-Za-z0-9._-]{1,256}$/;
const BUS_ARN = /^arn:aws[a-z-]*:events:([a-z0-9-]+):(\d{12}):event-bus\/([A-Za-z0-9._-]{1,256})$/;

export function busArn({ accountId, region, name }: BusName): string {
  return `arn:${partitionOf(region)}:events:${region}:${accountId}:event-bus/${name}`;
}

/** @param given a name or an ARN; undefined: the default bus. @throws ValidationException */
export function parseBus(
  given: string | undefined,
  caller: { readonly accountId: string; readonly region: string },
): BusName {
  const text = given ?? DEFAULT_BUS;
  if (NAME.test(text)) return { accountId: caller.accountId, region: caller.region, name: text };
  const [, region, accountId, name] = BUS_ARN.exec(text) ?? [];
  if (region === undefined || accountId === undefined || name === undefined)
    throw badParameter('EventBusName', 'it must be a name, or the ARN of an event bus');
  return { accountId, region, name };
}

export function busPolicy({ policy }: StoredBus): CompiledPolicy | undefined {
  return policy === undefined ? undefined : compilePolicy(parsePolicy(policy, 'resource'));
}

/** For `announce`; without a value the bus is gone. */
export function busChange(bus: BusName, value?: StoredBus): Change {
  const key = busArn(bus);
  return value === undefined ? { kind: 'event-bus', key } : { kind: 'event-bus', key, value };
}
