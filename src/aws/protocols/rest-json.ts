import { jsonTree, readJson, writeJson } from '../codecs/json.ts';
import { errorMembers } from './error-members.ts';
import { parseJsonBody } from './json-body.ts';
import { restOutputPlan, writeHead } from './rest-output.ts';
import { readRestInput, streamsRestInput, writeRestOutput } from './rest.ts';
import type { RestFormat } from './rest.ts';
import type { WireProtocol } from './wire-protocol.ts';

const format: RestFormat = {
  contentType: 'application/json',
  read: (operation, shape, body) => readJson(shape, parseJsonBody(operation, body), 'json'),
  write: (_operation, shape, value) => writeJson(shape, value, 'json'),
};

export const restJson: WireProtocol = {
  streamsInput: streamsRestInput,
  readInput: (call, body) => readRestInput(format, call, body),
  writeOutput: (operation, output) => writeRestOutput(format, operation, output),

  writeError(service, error, status) {
    const shape = service?.error(error.code);
    const members = errorMembers(error, shape);
    const plan = shape === undefined ? undefined : restOutputPlan(shape);
    const answer =
      plan === undefined ? { status, headers: {}, body: undefined } : writeHead(plan, members, status);
    answer.headers['Content-Type'] = format.contentType;
    answer.headers['x-amzn-ErrorType'] = error.code;
    // Headers took their members; what the model knows nothing of goes into the body as it is.
    const inHeaders = new Set(plan?.headers.map(([name]) => name));
    const body = Object.fromEntries(Object.entries(members).filter(([name]) => !inHeaders.has(name)));
    const known = shape === undefined ? {} : jsonTree(shape, body, 'json');
    answer.body = JSON.stringify({ ...body, ...known });
    return answer;
  },
};
