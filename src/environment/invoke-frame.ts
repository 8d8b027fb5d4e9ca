import type { Invocation } from '../model/invocation.ts';
import { FRAME, HEADER_BYTES } from './frames.ts';
import type { AheadTerms } from './runtime-link.ts';

/** What an INVOKE frame is made of. */
export interface InvokeFrame {
  readonly invocation: Invocation;
  readonly deadlineMs: number;
  readonly ahead?: AheadMembers;
}

/** What its header says of an event that is sent before the runtime has asked for it. */
export interface AheadMembers extends Pick<AheadTerms, 'beginBefore' | 'mayDoze'> {
  /** Of this event, among all that are sent ahead by the same channel. */
  readonly serial: number;
}

/** Beside the event's bytes an INVOKE frame has no more than this of what every event has; what callers bring along comes on top. */
const INVOKE_HEAD_BYTES = 2048;
/** For each UTF-16 unit of what callers bring along: JSON may write it as an escape. */
const ESCAPED_BYTES = 6;

/** An upper limit, cheaply found. */
export function invokeFrameBytes({ payload, clientContext, cognitoIdentity, tenantId }: Invocation): number {
  const context = (clientContext?.length ?? 0) + (cognitoIdentity?.length ?? 0) + (tenantId?.length ?? 0);
  return INVOKE_HEAD_BYTES + ESCAPED_BYTES * context + payload.length;
}

/**
 * Writes an INVOKE frame: whole, or all of it that precedes the event's bytes.
 * @param memory has room for `invokeFrameBytes`, from `start`
 * @param deadlineMs milliseconds since the Unix epoch
 * @returns where it ends
 */
export function writeInvoke(
  memory: Buffer,
  start: number,
  { invocation, deadlineMs, ahead }: InvokeFrame,
  withPayload: boolean,
): number {
  const { payload } = invocation;
  const context = contextMembers(invocation);
  const header = invokeHeader(invocation, deadlineMs, ahead === undefined ? context : terms(ahead) + context);
  const headerStart = start + HEADER_BYTES + 4;
  // All ASCII unless a caller's own text is in it.
  const headerBytes = memory.write(header, headerStart, context === '' ? 'latin1' : 'utf8');
  const headEnd = headerStart + headerBytes;
  memory.writeUInt32BE(headEnd - start - 4 + payload.length, start);
  memory[start + 4] = FRAME.invoke;
  memory.writeUInt32BE(headerBytes, start + HEADER_BYTES);
  if (!withPayload) return headEnd;
  memory.set(payload, headEnd);
  return headEnd + payload.length;
}

/** As `writeInvoke`, into memory of its own. */
export function encodeInvoke(frame: InvokeFrame, withPayload: boolean): Buffer {
  const { invocation } = frame;
  const memory = Buffer.allocUnsafe(
    invokeFrameBytes(invocation) - (withPayload ? 0 : invocation.payload.length),
  );
  return memory.subarray(0, writeInvoke(memory, 0, frame, withPayload));
}

/** Request ids, ARNs and trace ids hold nothing that JSON escapes; what callers bring along does. */
function invokeHeader(invocation: Invocation, deadlineMs: number, context: string): string {
  const { requestId, invokedFunctionArn, traceId } = invocation;
  return `{"requestId":"${requestId}","deadlineMs":${decimal(deadlineMs)},"invokedFunctionArn":"${invokedFunctionArn}","traceId":"${traceId}"${context}}`;
}

function terms({ serial, beginBefore, mayDoze }: AheadMembers): string {
  return `,"ahead":${serial},"beginBefore":${beginBefore}${mayDoze ? ',"doze":true' : ''}`;
}

function contextMembers({ clientContext, cognitoIdentity, tenantId }: Invocation): string {
  if (clientContext === undefined && cognitoIdentity === undefined && tenantId === undefined) return '';
  return (
    member('clientContext', clientContext) +
    member('cognitoIdentity', cognitoIdentity) +
    member('tenantId', tenantId)
  );
}

let lastNumber = 0;
let lastDecimal = '0';

/** Events of one millisecond have the same deadline, mostly; a number of that size takes a third of a microsecond to write. */
function decimal(number: number): string {
  if (number !== lastNumber) {
    lastNumber = number;
    lastDecimal = String(number);
  }
  return lastDecimal;
}

function member(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`;
}
