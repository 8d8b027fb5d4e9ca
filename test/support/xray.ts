import { randomBytes } from 'node:crypto';
import { InvokeCommand, type InvokeCommandInput, type LambdaClient } from '@aws-sdk/client-lambda';
import { BatchGetTracesCommand, XRayClient } from '@aws-sdk/client-xray';
import { eventually } from './functions.ts';
import { ANYONE, type Keys, settingsFor } from './identities.ts';

/** A segment or subsegment, as a trace shows it. */
export interface ShownSegment {
  readonly id: string;
  readonly name: string;
  readonly trace_id: string;
  readonly parent_id?: string;
  readonly origin?: string;
  readonly start_time: number;
  readonly end_time: number;
  readonly error?: boolean;
  readonly fault?: boolean;
  readonly throttle?: boolean;
  readonly http?: { readonly response?: { readonly status?: number } };
  readonly cause?: {
    readonly exceptions: readonly {
      readonly type: string;
      readonly message: string;
      readonly stack?: readonly { readonly path: string; readonly line: number; readonly label: string }[];
    }[];
  };
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly resource_arn?: string;
  readonly aws?: Readonly<Record<string, unknown>>;
  readonly subsegments?: readonly ShownSegment[];
}

export function xrayOf(endpoint: string, credentials: Keys = ANYONE): XRayClient {
  return new XRayClient(settingsFor(endpoint, credentials));
}

export function newTraceId(atMs = Date.now()): string {
  return `1-${Math.floor(atMs / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
}

export function newSegmentId(): string {
  return randomBytes(8).toString('hex');
}

/** Invokes with a trace header. Returns that of the answer. */
export async function invokeWithin(
  lambda: LambdaClient,
  input: InvokeCommandInput,
  header?: string,
): Promise<{ readonly header: string; readonly payload: string; readonly log: string }> {
  const command = new InvokeCommand({ LogType: 'Tail', ...input });
  let answered = '';
  command.middlewareStack.add(
    (next) => async (step) => {
      const request = step.request as { headers: Record<string, string> };
      if (header !== undefined) request.headers['x-amzn-trace-id'] = header;
      const result = await next(step);
      const { headers = {} } = result.response as { headers?: Record<string, string> };
      answered = headers['x-amzn-trace-id'] ?? '';
      return result;
    },
    { step: 'build' },
  );
  const { Payload, LogResult = '' } = await lambda.send(command);
  const payload = Payload?.transformToString() ?? '';
  return { header: answered, payload, log: Buffer.from(LogResult, 'base64').toString() };
}

export function rootOf(header: string): string {
  return /Root=([^;]+)/.exec(header)?.[1] ?? '';
}

/** A trace's segments by their origin, as soon as there are so many. */
export async function segmentsOf(
  xray: XRayClient,
  traceId: string,
  count: number,
): Promise<ReadonlyMap<string, readonly ShownSegment[]>> {
  const segments = await eventually(
    async () => await shownSegments(xray, traceId),
    (found) => found.length >= count,
  );
  return Map.groupBy(segments, ({ origin = 'none' }) => origin);
}

export async function shownSegments(xray: XRayClient, traceId: string): Promise<ShownSegment[]> {
  const { Traces: [trace] = [] } = await xray.send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
  return (trace?.Segments ?? []).map(({ Document = '' }) => JSON.parse(Document) as ShownSegment);
}
