import { EventSources } from '../event-source/event-sources.ts';
import { FunctionDoor } from '../event-source/function-door.ts';
import type { MappingMeter } from '../event-source/mapping-meter.ts';
import type { Poller, ReportResult } from '../event-source/poller.ts';
import { QueuePoller } from '../event-source/sqs/queue-poller.ts';
import { CheckpointStore } from '../event-source/streams/checkpoint-store.ts';
import { dynamodbFormat, kinesisFormat } from '../event-source/streams/shard-record.ts';
import { StreamPoller } from '../event-source/streams/stream-poller.ts';
import type { FunctionDirectory } from '../invoke/function-directory.ts';
import type { FunctionInvoker } from '../invoke/function-invoker.ts';
import { parseAnyReference } from '../model/function-reference.ts';
import { missingRight } from '../model/polling-rights.ts';
import type { QueueConsumer } from '../model/queue-ports.ts';
import type { DestinationTargets } from '../model/destination-target.ts';
import type { FunctionVersion } from '../model/function-version.ts';
import { mappingArn, type StoredMapping } from '../model/stored-event-source-mapping.ts';
import type { StreamConsumer } from '../model/stream-ports.ts';
import type { Identity } from './identity.ts';
import type { Site } from './site.ts';

interface Polled {
  readonly invoker: FunctionInvoker;
  readonly functions: FunctionDirectory;
  readonly queues: { readonly consumer: QueueConsumer };
  readonly streams: StreamConsumer;
  readonly targets: DestinationTargets;
}

/** The pollers of event source mappings, with what they poll and whom they hand it to. */
export function buildEventSources(
  { clock, log, identity, state: { store } }: Site,
  owner: string,
  polled: Polled,
): EventSources {
  const onNotice = (message: string): void => log.warn(message);
  const checkpoints = new CheckpointStore(store, owner);
  const { invoker, functions, targets } = polled;
  const { streams } = polled;
  const queues = polled.queues.consumer;
  const makePoller = (mapping: StoredMapping, report: ReportResult, meter: MappingMeter): Poller => {
    const onProblem = noticed(mappingArn(mapping), onNotice);
    const version = (): FunctionVersion | undefined => versionOf(functions, mapping.functionArn);
    const rights = pollingRights(identity, mapping, version);
    const door = new FunctionDoor(invoker, mapping.functionArn, rights);
    const roleArn = (): string | undefined => version()?.role;
    if (mapping.kind === 'kinesis' || mapping.kind === 'dynamodb') {
      const eventSourceArn = mapping.settings.EventSourceArn ?? '';
      const format =
        mapping.kind === 'dynamodb'
          ? dynamodbFormat({ eventSourceArn })
          : kinesisFormat({ eventSourceArn, roleArn });
      return new StreamPoller(mapping, {
        clock,
        streams,
        targets,
        roleArn,
        door,
        onProblem,
        report,
        meter,
        format,
        checkpoints,
      });
    }
    const functionTimeoutMs = (): number | undefined => version()?.timeoutMs;
    return new QueuePoller(mapping, { clock, queues, door, functionTimeoutMs, onProblem, meter });
  };
  return new EventSources({ store, owner, onNotice, makePoller });
}

/** What the function's role lacks for polling, in words. Looked up anew when any policy or the role has changed. */
function pollingRights(
  { policies, serviceRoles }: Identity,
  { kind, settings, accountId }: StoredMapping,
  version: () => FunctionVersion | undefined,
): () => string | undefined {
  const { EventSourceArn: arn = '' } = settings;
  let known: { readonly generation: number; readonly role: string; readonly lacks: string | undefined };
  return () => {
    const role = version()?.role;
    if (!policies.isStrict || role === undefined) return undefined;
    if (known?.generation !== policies.generation || known.role !== role) {
      const lacks = missingRight(serviceRoles, { roleArn: role, accountId }, kind, arn);
      known = { generation: policies.generation, role, lacks };
    }
    const { lacks } = known;
    return lacks && `${role} is not authorized to perform: ${lacks} on resource: ${arn}`;
  };
}

/** Each problem once, until it is over. */
function noticed(arn: string, onNotice: (message: string) => void): (problem: string | undefined) => void {
  let known: string | undefined;
  return (problem) => {
    if (problem !== undefined && problem !== known) onNotice(`${arn} cannot go on: ${problem}`);
    known = problem;
  };
}

function versionOf(functions: FunctionDirectory, arn: string): FunctionVersion | undefined {
  const [, , , region = '', accountId = ''] = arn.split(':');
  const { name, qualifier } = parseAnyReference(arn, undefined, { accountId, region });
  try {
    return functions.resolve(accountId, region, name, qualifier).version;
  } catch {
    return undefined;
  }
}
