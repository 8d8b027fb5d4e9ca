import { readStructure } from '../codecs/json-read.ts';
import { parseJson } from '../codecs/json-text.ts';
import { writeStructure } from '../codecs/json-write.ts';
import { errorMembers } from './error-members.ts';
import { rpcEventStream } from './rpc-event-stream.ts';
import { noStream } from './wire-protocol.ts';
import type { WireProtocol } from './wire-protocol.ts';

export const awsJson10 = awsJson('1.0');
export const awsJson11 = awsJson('1.1');

function awsJson(version: '1.0' | '1.1'): WireProtocol {
  const contentType = `application/x-amz-json-${version}`;
  const events = {
    contentType,
    write: (shape: Parameters<typeof writeStructure>[0], value: unknown): string =>
      JSON.stringify(writeStructure(shape, value, 'shape')),
  };
  return {
    streamsInput: noStream,

    readInput({ operation }, body) {
      if (!(body instanceof Uint8Array) || body.length === 0) return {};
      return readStructure(operation.input, parseJson(body), 'shape');
    },

    writeOutput(operation, output) {
      const stream = rpcEventStream(operation, output, events);
      if (stream !== undefined) return stream;
      const empty = operation.service.json.operations[operation.name]?.output === undefined;
      const body = empty ? '' : JSON.stringify(writeStructure(operation.output, output ?? {}, 'shape'));
      return { status: 200, headers: { 'Content-Type': contentType }, body };
    },

    writeError(service, error, status) {
      const shape = service?.error(error.code);
      const members = errorMembers(error, shape);
      // Version 1.0 services qualify the code with their namespace, 1.1 services don't. SDKs take either.
      const code =
        version === '1.0' && shape !== undefined ? `${service?.json.namespace}#${error.code}` : error.code;
      const known = shape === undefined ? {} : writeStructure(shape, members, 'shape');
      const body = JSON.stringify({ __type: code, ...members, ...known });
      return { status, headers: { 'Content-Type': contentType }, body };
    },
  };
}
