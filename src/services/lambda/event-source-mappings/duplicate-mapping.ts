import { resourceConflict } from '../../../model/lambda-errors.ts';
import type { StoredMapping } from '../../../model/stored-event-source-mapping.ts';
import { QUEUES } from './event-source.ts';

/** Throws 409 when one of the account's mappings sends the same source to the same function already. */
export function checkDuplicate(mapping: StoredMapping, others: Iterable<StoredMapping>): void {
  for (const other of others) {
    if (other.functionArn === mapping.functionArn && readsTheSame(other, mapping)) {
      throw resourceConflict(
        `${described(mapping)} already exists. Please update or delete the existing mapping with UUID ${other.uuid}`,
      );
    }
  }
}

function readsTheSame(one: StoredMapping, other: StoredMapping): boolean {
  const [sources, wanted] = [sourcesOf(one), sourcesOf(other)];
  const sharesSource = sources.some((source) => wanted.includes(source));
  return (
    sharesSource &&
    sharesSome(one.settings.Topics, other.settings.Topics) &&
    sharesSome(one.settings.Queues, other.settings.Queues)
  );
}

/** Sources without topics or queues have nothing to tell them apart. */
function sharesSome(some: readonly string[] | undefined, others: readonly string[] | undefined): boolean {
  return some === undefined || others === undefined || some.some((name) => others.includes(name));
}

function sourcesOf({ settings }: StoredMapping): readonly string[] {
  const { EventSourceArn: arn, SelfManagedEventSource: cluster } = settings;
  return arn === undefined ? (cluster?.Endpoints?.KAFKA_BOOTSTRAP_SERVERS ?? []) : [arn];
}

/** In AWS's three ways to say it. */
function described(mapping: StoredMapping): string {
  const { kind, functionArn, settings } = mapping;
  const arn = settings.EventSourceArn;
  const functionName = functionArn.split(':')[6];
  if (QUEUES.includes(kind)) {
    return `An event source mapping with SQS arn (" ${arn} ") and function (" ${functionName} ")`;
  }
  if (arn !== undefined)
    return `The event source arn (" ${arn} ") and function (" ${functionName} ") provided mapping`;
  const servers = sourcesOf(mapping).join(',');
  const topics = (settings.Topics ?? []).join(',');
  return `An event source mapping with event source ("${servers}"), function ("${functionArn}"), topics ("${topics}")`;
}
