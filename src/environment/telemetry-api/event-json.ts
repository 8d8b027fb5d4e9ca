import { type JsonObject, parseObject } from '../json-object.ts';
import type { Subscription } from './subscription.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

type Schema = Pick<Subscription, 'api' | 'schemaVersion' | 'types'>;

/** Platform events that only the older API has, and that only the newer one has. */
const LOGS_ONLY: ReadonlySet<string> = new Set(['platform.end', 'platform.fault']);
const TELEMETRY_ONLY: ReadonlySet<string> = new Set(['platform.initStart']);
/** The older schema of the Logs API does not know when the runtime is done. */
const WITHOUT_RUNTIME_DONE = '2020-08-15';
/** The first schema of the Telemetry API has all log records as text. */
const WITHOUT_LOG_OBJECTS = '2022-07-01';

/**
 * The JSON of an event as a subscriber's schema has it; undefined when that subscriber does not get it.
 * @param hasJsonLogs the function's log format is JSON: then log lines that are objects stay objects
 */
export function eventJson(event: TelemetryEvent, schema: Schema, hasJsonLogs: boolean): string | undefined {
  if (!schema.types.includes(event.stream) || !isKnown(event.type, schema)) return undefined;
  const { type } = event;
  return JSON.stringify({
    time: new Date(event.timeMs).toISOString(),
    type,
    record: recordOf(event, schema, hasJsonLogs),
  });
}

function isKnown(type: string, { api, schemaVersion }: Schema): boolean {
  if (api === 'Telemetry') return !LOGS_ONLY.has(type);
  if (type === 'platform.runtimeDone') return schemaVersion !== WITHOUT_RUNTIME_DONE;
  return !TELEMETRY_ONLY.has(type);
}

function recordOf({ type, stream, record }: TelemetryEvent, schema: Schema, hasJsonLogs: boolean): unknown {
  if (typeof record !== 'string') return schema.api === 'Logs' ? logsRecord(type, record) : record;
  if (stream === 'platform') return record;
  const keepsObjects = schema.api === 'Telemetry' && schema.schemaVersion !== WITHOUT_LOG_OBJECTS;
  const object = hasJsonLogs && keepsObjects && record.startsWith('{') ? parseObject(record) : undefined;
  // As in CloudWatch Logs, a line keeps the line feed it ended with.
  return object ?? `${record}\n`;
}

/** The same event in the words of the Logs API, which says less. */
function logsRecord(type: string, record: JsonObject): JsonObject {
  const { requestId, status, metrics } = record;
  if (type === 'platform.runtimeDone') return { requestId, status: status === 'error' ? 'failure' : status };
  if (type === 'platform.report') return { requestId, metrics };
  if (type !== 'platform.start') return record;
  return { requestId, version: record['version'] };
}
