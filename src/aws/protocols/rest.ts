import { Readable } from 'node:stream';
import { isRecord } from '../codecs/entries.ts';
import type { Operation } from '../schema/service-model.ts';
import { isBlob, isEventStream, isStream, isString } from '../schema/shape.ts';
import type { Member, StructureShape } from '../schema/shape.ts';
import { encodeEvents, EVENT_STREAM_TYPE } from './event-output.ts';
import { restInputPlan } from './rest-input.ts';
import { restOutputPlan, writeHead } from './rest-output.ts';
import type { RestOutputPlan } from './rest-output.ts';
import type { Body, WireAnswer, WireCall } from './wire-protocol.ts';

/** What differs between the two REST protocols: how a structure looks in a body. */
export interface RestFormat {
  readonly contentType: string;
  read(operation: Operation, shape: StructureShape, body: Uint8Array): Record<string, unknown>;
  /** @param member the payload member that the structure is, when it is one */
  write(operation: Operation, shape: StructureShape, value: unknown, member: Member | undefined): string;
}

export function streamsRestInput(operation: Operation): boolean {
  const { payload } = restInputPlan(operation);
  return payload !== undefined && isStream(payload.shape);
}

export function readRestInput(format: RestFormat, call: WireCall, body: Body): Record<string, unknown> {
  const plan = restInputPlan(call.operation);
  const input: Record<string, unknown> = {};
  for (const bind of plan.bind) bind(input, call.request, call.labels);
  const { payload } = plan;
  if (payload !== undefined) {
    const value = readPayload(format, call.operation, payload, body);
    if (value !== undefined) input[payload.name] = value;
  } else if (plan.body !== undefined && body instanceof Uint8Array && body.length > 0) {
    Object.assign(input, format.read(call.operation, plan.body, body));
  }
  return input;
}

function readPayload(format: RestFormat, operation: Operation, member: Member, body: Body): unknown {
  if (!(body instanceof Uint8Array)) return body;
  // It had to be read before it could be believed; its handler reads a stream all the same.
  if (isStream(member.shape)) return Readable.from([body]);
  // Clients send nothing for an absent payload.
  if (body.length === 0) return undefined;
  if (isBlob(member.shape)) return body;
  if (isString(member.shape)) return Buffer.from(body).toString('utf8');
  return member.shape.kind === 'structure' ? format.read(operation, member.shape, body) : undefined;
}

export function writeRestOutput(format: RestFormat, operation: Operation, output: unknown): WireAnswer {
  const plan = restOutputPlan(operation.output);
  const answer = writeHead(plan, output, operation.http?.[2] ?? 200);
  writeBody(format, operation, plan, output, answer);
  return answer;
}

function writeBody(
  format: RestFormat,
  operation: Operation,
  plan: RestOutputPlan,
  output: unknown,
  answer: WireAnswer,
): void {
  const { payload, body } = plan;
  if (payload !== undefined) {
    const value = isRecord(output) ? output[payload.name] : undefined;
    if (value !== undefined && value !== null) writePayload(format, operation, payload, value, answer);
  } else if (body !== undefined && answer.status !== 204 && answer.status !== 304) {
    setContentType(answer, format.contentType);
    answer.body = format.write(operation, body, output ?? {}, undefined);
  }
}

function writePayload(
  format: RestFormat,
  operation: Operation,
  member: Member,
  value: unknown,
  answer: WireAnswer,
): void {
  const { shape } = member;
  if (isEventStream(member) && shape.kind === 'structure') {
    setContentType(answer, EVENT_STREAM_TYPE);
    answer.body = encodeEvents(shape, value as AsyncIterable<unknown>, {
      contentType: format.contentType,
      write: (event, fields) => format.write(operation, event, fields, undefined),
    });
  } else if (shape.kind === 'structure') {
    setContentType(answer, format.contentType);
    answer.body = format.write(operation, shape, value, member);
  } else {
    setContentType(answer, isBlob(shape) ? blobType(operation) : 'text/plain');
    answer.body = value as string | Body;
  }
}

/** Lambda calls whatever a function returns JSON. */
function blobType({ service }: Operation): string {
  return service.name === 'lambda' ? 'application/json' : 'application/octet-stream';
}

/** A content type that the output itself names stays. */
function setContentType({ headers }: WireAnswer, contentType: string): void {
  headers['Content-Type'] ??= contentType;
}
