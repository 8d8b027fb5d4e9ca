import { jsonTree, readJson, writeJson } from '../codecs/json.ts';
import type { StructureShape } from '../schema/shape.ts';
import { errorMembers } from './error-members.ts';
import { parseJsonBody } from './json-body.ts';
import { addQueryError } from './query-error.ts';
import { rpcEventStream } from './rpc-event-stream.ts';
import { noStream } from './wire-protocol.ts';
import type { WireProtocol } from './wire-protocol.ts';

export const awsJson10 = awsJson('1.0');
export const awsJson11 = awsJson('1.1');

function awsJson(version: '1.0' | '1.1'): WireProtocol {
  const contentType = `application/x-amz-json-${version}`;
  const write = (shape: StructureShape, value: unknown): string => writeJson(shape, value, 'shape');
  return {
    streamsInput: noStream,

    readInput({ operation }, body) {
      if (!(body instanceof Uint8Array) || body.length === 0) return {};
      return readJson(operation.input, parseJsonBody(operation, body), 'shape');
    },

    writeOutput(operation, output) {
      const stream = rpcEventStream(operation, output, { contentType, write });
      if (stream !== undefined) return stream;
      const body = operation.hasOutput ? write(operation.output, output ?? {}) : '';
      return { status: 200, headers: { 'Content-Type': contentType }, body };
    },

    writeError(service, error, status) {
      const shape = service?.error(error.code);
      const members = errorMembers(error, shape);
      // Version 1.0 services qualify the code with their namespace, 1.1 services don't. SDKs take either.
      const isQualified = version === '1.0' && shape !== undefined;
      const code = isQualified ? `${service?.json.namespace}#${error.code}` : error.code;
      const known = shape === undefined ? {} : jsonTree(shape, members, 'shape');
      const body = JSON.stringify({ __type: code, ...members, ...known });
      const headers: Record<string, string> = { 'Content-Type': contentType };
      addQueryError(headers, service, error, status);
      return { status, headers, body };
    },
  };
}
