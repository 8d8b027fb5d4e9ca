import { readCbor, writeCbor } from '../codecs/cbor.ts';
import { structureOf } from '../schema/shape.ts';
import { errorMembers } from './error-members.ts';
import { addQueryError } from './query-error.ts';
import { rpcEventStream } from './rpc-event-stream.ts';
import { noStream } from './wire-protocol.ts';
import type { WireProtocol } from './wire-protocol.ts';

const CONTENT_TYPE = 'application/cbor';
const events = { contentType: CONTENT_TYPE, write: writeCbor };

function headers(): Record<string, string> {
  return { 'Content-Type': CONTENT_TYPE, 'smithy-protocol': 'rpc-v2-cbor' };
}

export const rpcCbor: WireProtocol = {
  streamsInput: noStream,

  readInput({ operation }, body) {
    return body instanceof Uint8Array && body.length > 0 ? readCbor(operation.input, body) : {};
  },

  writeOutput(operation, output) {
    const stream = rpcEventStream(operation, output, events);
    if (stream !== undefined) {
      Object.assign(stream.headers, { 'smithy-protocol': 'rpc-v2-cbor' });
      return stream;
    }
    return { status: 200, headers: headers(), body: writeCbor(operation.output, output ?? {}) };
  },

  writeError(service, error, status) {
    const shape = service?.error(error.code);
    const type = shape === undefined ? error.code : `${service?.json.namespace}#${error.code}`;
    const members = { ...errorMembers(error, shape), __type: type };
    const body = writeCbor(shape ?? structureOf(error.code, []), members, members);
    const answer = { status, headers: headers(), body };
    addQueryError(answer.headers, service, error, status);
    return answer;
  },
};
