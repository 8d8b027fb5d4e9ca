import type { Refusal } from '../extensions-api/extension-set.ts';
import { asObject, parseObject } from '../json-object.ts';
import { parseDestination, type TelemetryDestination } from './destination-request.ts';
import type { TelemetryApi, TelemetryStream } from './telemetry-event.ts';

/** What an extension asked for, with defaults filled in. */
export interface Subscription {
  readonly api: TelemetryApi;
  readonly schemaVersion: string;
  readonly types: readonly TelemetryStream[];
  readonly buffering: Buffering;
  readonly destination: TelemetryDestination;
}

export interface Buffering {
  readonly maxBytes: number;
  readonly maxItems: number;
  readonly timeoutMs: number;
}

const SCHEMAS: Readonly<Record<TelemetryApi, readonly string[]>> = {
  Telemetry: ['2025-01-29', '2022-12-13', '2022-07-01'],
  Logs: ['2021-03-18', '2020-08-15'],
};
/** Of the Telemetry API, for extensions of managed instances. */
const SHARED_SCHEMAS: readonly string[] = ['2025-01-29'];
const DEFAULT_LOGS_SCHEMA = '2020-08-15';
const STREAMS: readonly string[] = ['platform', 'function', 'extension'] satisfies TelemetryStream[];
const BUFFERING: Readonly<Record<keyof Buffering, { least: number; most: number; byDefault: number }>> = {
  maxBytes: { least: 262_144, most: 1_048_576, byDefault: 262_144 },
  maxItems: { least: 1000, most: 10_000, byDefault: 10_000 },
  timeoutMs: { least: 25, most: 30_000, byDefault: 1000 },
};

/**
 * Reads the body of a subscription; everything that is wrong with it is in one message, joined by `; `.
 * @param isShared the environment is a managed instance's
 */
export function parseSubscription(
  api: TelemetryApi,
  body: Uint8Array,
  isShared = false,
): Subscription | Refusal {
  const fields = parseObject(Buffer.from(body).toString());
  if (fields === undefined) return invalidSubscription(api, 'the request body is no JSON object');
  const problems: string[] = [];
  const destination = parseDestination(fields['destination'], problems);
  const types = parseTypes(fields['types'], problems);
  const buffering = parseBuffering(fields['buffering'], problems);
  const schemaVersion = parseSchema(
    isShared ? SHARED_SCHEMAS : SCHEMAS[api],
    fields['schemaVersion'] ?? (api === 'Logs' ? DEFAULT_LOGS_SCHEMA : undefined),
    problems,
  );
  if (destination === undefined || problems.length > 0) return invalidSubscription(api, problems.join('; '));
  return { api, schemaVersion, types, buffering, destination };
}

/** AWS names the error of the older API after it. */
function invalidSubscription(api: TelemetryApi, errorMessage: string): Refusal {
  const errorType = api === 'Logs' ? 'Logs.ValidationError' : 'ValidationError';
  return { status: 400, errorType, errorMessage };
}

function parseTypes(value: unknown, problems: string[]): TelemetryStream[] {
  if (!Array.isArray(value) || value.length === 0) {
    problems.push('types should not be empty');
    return [];
  }
  const types: unknown[] = value;
  const unknown = types.find((type) => typeof type !== 'string' || !STREAMS.includes(type));
  if (unknown !== undefined) problems.push(`types has an unknown value: ${JSON.stringify(unknown)}`);
  return [...new Set(types as TelemetryStream[])];
}

function parseBuffering(value: unknown, problems: string[]): Buffering {
  const given = value === undefined ? {} : asObject(value);
  if (given === undefined) problems.push('buffering should be an object');
  const limit = (name: keyof Buffering): number => {
    const { least, most, byDefault } = BUFFERING[name];
    const number = given?.[name] ?? byDefault;
    if (Number.isInteger(number) && Number(number) >= least && Number(number) <= most) return Number(number);
    problems.push(`${name} should be between ${least} and ${most}`);
    return byDefault;
  };
  return { maxBytes: limit('maxBytes'), maxItems: limit('maxItems'), timeoutMs: limit('timeoutMs') };
}

function parseSchema(known: readonly string[], version: unknown, problems: string[]): string {
  if (typeof version === 'string' && known.includes(version)) return version;
  const [only, ...more] = known;
  const choice = more.length === 0 ? only : `one of ${known.join(', ')}`;
  problems.push(`schemaVersion should be ${choice}`);
  return '';
}
