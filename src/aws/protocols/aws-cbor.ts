import { readCbor, writeCbor } from '../codecs/cbor.ts';
import { structureOf, type StructureShape } from '../schema/shape.ts';
import { errorMembers } from './error-members.ts';
import { rpcEventStream } from './rpc-event-stream.ts';
import { noStream } from './wire-protocol.ts';
import type { WireProtocol } from './wire-protocol.ts';

const CONTENT_TYPE = 'application/x-amz-cbor-1.1';
const write = (shape: StructureShape, value: unknown): Uint8Array =>
  writeCbor(shape, value, undefined, 'milliseconds');
const events = { contentType: CONTENT_TYPE, write };

/**
 * AWS's JSON protocol 1.1 with bodies in CBOR, which no model names: how the SDKs for Java speak with Kinesis, and so the
 * Kinesis Client Library. Times are whole milliseconds.
 */
export const awsCbor11: WireProtocol = {
  streamsInput: noStream,

  readInput({ operation }, body) {
    if (!(body instanceof Uint8Array) || body.length === 0) return {};
    return readCbor(operation.input, body, 'milliseconds');
  },

  writeOutput(operation, output) {
    const stream = rpcEventStream(operation, output, events);
    if (stream !== undefined) return stream;
    const body = operation.hasOutput ? write(operation.output, output ?? {}) : '';
    return { status: 200, headers: { 'Content-Type': CONTENT_TYPE }, body };
  },

  writeError(service, error, status) {
    const shape = service?.error(error.code);
    const members = { ...errorMembers(error, shape), __type: error.code };
    const body = writeCbor(shape ?? structureOf(error.code, []), members, members, 'milliseconds');
    return { status, headers: { 'Content-Type': CONTENT_TYPE }, body };
  },
};
